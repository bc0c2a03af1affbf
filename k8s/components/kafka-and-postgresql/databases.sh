#!/bin/bash
# Read once by PostgreSQL's image, when its volume is new, with -e: a database for each Secret, owned by its user.
for service in /credentials/*/; do
  psql -v ON_ERROR_STOP=1 --quiet --username postgres \
    -v name="$(cat "$service/username")" -v password="$(cat "$service/password")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done

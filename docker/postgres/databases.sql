-- A database for each service; the image's entry point runs this once, on an empty volume.
CREATE DATABASE dataset;
CREATE DATABASE trainer;
CREATE DATABASE evaluator;

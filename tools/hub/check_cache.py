#!/usr/bin/env python3
"""Proves with Python's own huggingface_hub that both sides share one cache of the Hub.

    mvn -pl hugging-face-hub -am test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
    python tools/hub/check_cache.py [--fixture hugging-face-hub/src/test/resources/hub/python-cache.json] [--root DIR]

Starts a Hub and a CDN on this machine and checks: Python finds what Java downloaded, and asks for no content again;
Java, offline, uses what Python downloaded; both write the same tree; each waits for the other's lock. With --fixture,
writes Python's tree for the tests of hugging-face-hub.
"""

import argparse
import hashlib
import json
import os
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPOSITORY = "owner/name"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type": "gpt2"}\n',
    "tokenizer.json": b'{"model": {}}\n',
    "tokenizer_config.json": b'{"eos_token": "<|endoftext|>"}\n',
    "model.safetensors": b"0123456789" * 30,
}
ABSENT = ["generation_config.json", "special_tokens_map.json", "chat_template.jinja"]
WEIGHTS = "model.safetensors"
WEIGHTS_ETAG = hashlib.sha256(FILES[WEIGHTS]).hexdigest()

content_requests: list[str] = []
cdn_open = threading.Event()
cdn_asked = threading.Event()


class Server(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


class Hub(Server):
    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.startswith(f"/api/models/{REPOSITORY}"):
            listing = {"id": REPOSITORY, "sha": COMMIT, "siblings": [{"rfilename": f} for f in FILES]}
            return self.answer(200, {"Content-Type": "application/json"}, json.dumps(listing).encode())
        file = path.rsplit("/", 1)[-1]
        if file not in FILES:
            return self.answer(404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
        content = FILES[file]
        if file == WEIGHTS:
            location = f"http://127.0.0.1:{cdn.server_port}/{file}"
            linked = {"X-Linked-Etag": f'"{WEIGHTS_ETAG}"', "X-Linked-Size": str(len(content))}
            return self.answer(302, {"X-Repo-Commit": COMMIT, "Location": location} | linked)
        if self.command == "GET":
            content_requests.append(file)
        git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        return self.answer(200, {"X-Repo-Commit": COMMIT, "ETag": f'"{git}"'}, content)

    do_HEAD = do_GET


class Cdn(Server):
    def do_GET(self):
        content_requests.append(self.path.lstrip("/"))
        cdn_asked.set()
        cdn_open.wait(60)
        self.answer(200, {}, FILES[self.path.lstrip("/")])


def serve(handler) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


hub, cdn = serve(Hub), serve(Cdn)
ENDPOINT = f"http://127.0.0.1:{hub.server_port}"
os.environ.update(HF_ENDPOINT=ENDPOINT, HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_PROGRESS_BARS="1")

from filelock import FileLock, Timeout  # noqa: E402
from huggingface_hub import (  # noqa: E402
    _CACHED_NO_EXIST,
    hf_hub_download,
    scan_cache_dir,
    snapshot_download,
    try_to_load_from_cache,
)
from huggingface_hub.errors import EntryNotFoundError  # noqa: E402


def java(root: Path, cache: Path, **environment: str) -> subprocess.Popen:
    module = root / "hugging-face-hub" / "target"
    classpath = f"{module}/classes:{module}/test-classes:{(module / 'classpath').read_text().strip()}"
    return subprocess.Popen(
        ["java", "-cp", classpath, "io.gdpo.hub.DownloadedModel", REPOSITORY],
        env=os.environ | {"HF_HUB_CACHE": str(cache), "HF_HUB_DOWNLOAD_TIMEOUT": "60"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def folder_of(process: subprocess.Popen) -> Path:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return Path(out.strip())


def python_downloads(cache: Path) -> None:
    for file in FILES:
        hf_hub_download(REPOSITORY, file, cache_dir=cache)
    for file in ABSENT:
        try:
            hf_hub_download(REPOSITORY, file, cache_dir=cache)
            raise AssertionError(f"{file} is not there")
        except EntryNotFoundError:
            pass


def tree(cache: Path) -> dict[str, dict[str, str]]:
    """Every file by its text and every link by its target; Python's tag for backup programs is its own affair."""
    found: dict[str, dict[str, str]] = {"files": {}, "links": {}}
    for path in sorted(cache.rglob("*")):
        name = path.relative_to(cache).as_posix()
        if path.is_symlink():
            found["links"][name] = os.readlink(path)
        elif path.is_file() and path.name != "CACHEDIR.TAG":
            found["files"][name] = path.read_text()
    return found


def check(what: str, holds: bool) -> None:
    print(("ok      " if holds else "FAILED  ") + what)
    if not holds:
        raise SystemExit(1)


def main(root: Path, fixture: Path | None, temporary: Path) -> None:
    cdn_open.set()
    pythons, javas = temporary / "python", temporary / "java"
    python_downloads(pythons)
    content_requests.clear()

    folder = folder_of(java(root, pythons, HF_HUB_OFFLINE="1", HF_ENDPOINT="http://127.0.0.1:9"))
    check(
        "Java, offline, uses what Python downloaded",
        folder == pythons / "models--owner--name" / "snapshots" / COMMIT
        and all((folder / file).read_bytes() == content for file, content in FILES.items()),
    )
    folder_of(java(root, pythons))
    check("Java, online, downloads nothing of it again", content_requests == [])

    folder = folder_of(java(root, javas))
    check("Java downloads each file once", sorted(content_requests) == sorted(FILES))
    check(
        "Python, with local files only, finds what Java downloaded",
        all(
            Path(hf_hub_download(REPOSITORY, file, cache_dir=javas, local_files_only=True)).read_bytes() == content
            for file, content in FILES.items()
        )
        and Path(snapshot_download(REPOSITORY, cache_dir=javas, local_files_only=True)) == folder,
    )
    check(
        "Python knows from Java which files do not exist",
        all(try_to_load_from_cache(REPOSITORY, file, cache_dir=javas) is _CACHED_NO_EXIST for file in ABSENT),
    )
    check("Python's scan of Java's cache warns of nothing", not scan_cache_dir(javas).warnings)
    check("both wrote the same tree", tree(javas) == tree(pythons))
    content_requests.clear()
    python_downloads(javas)
    check("Python, online, downloads nothing of it again", content_requests == [])

    lock = Path(".locks") / "models--owner--name" / f"{WEIGHTS_ETAG}.lock"
    waiting = temporary / "waiting"
    (waiting / lock).parent.mkdir(parents=True)
    with FileLock(waiting / lock):
        process = java(root, waiting)
        said = process.stderr.readline()
        check("Java waits while Python holds the lock: " + said.strip(), "another process downloads" in said)
        check("and has not asked for the content", WEIGHTS not in content_requests)
    folder = folder_of(process)
    check("and goes on when Python gives it back", (folder / WEIGHTS).read_bytes() == FILES[WEIGHTS])

    held = temporary / "held"
    cdn_open.clear()
    cdn_asked.clear()
    process = java(root, held)
    cdn_asked.wait(60)
    try:
        FileLock(held / lock, timeout=0.2).acquire()
        check("Python waits while Java downloads", False)
    except Timeout:
        check("Python waits while Java downloads", True)
    cdn_open.set()
    folder_of(process)
    with FileLock(held / lock, timeout=1):
        check("and goes on when Java has ended", True)

    if fixture is not None:
        fixture.parent.mkdir(parents=True, exist_ok=True)
        fixture.write_text(json.dumps(tree(pythons), indent=1) + "\n")
        print("wrote", fixture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixture", type=Path)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        main(arguments.root, arguments.fixture, Path(folder))

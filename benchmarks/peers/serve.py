"""One side of a benchmark: does what it is told over standard input, one JSON object a line.

    {"command": "prepare", "work": {...}}        load models and examples     -> {"ready": "..."}
    {"command": "measure"}                       what both sides agree on     -> {"values": {name: number}}
    {"command": "steps", "from": i, "count": k}  steps i to i + k - 1         -> {"seconds": [...], "gflop": [...]}
    {"command": "profile", "from": i}            operators of step i          -> {"values": {name: share}}
    {"command": "matmul", "size": n}             float32 matrix products      -> {"gflops": ...}
    {"command": "memory"}                        resident memory              -> {"peak_bytes": ..., "start_bytes": ...}

What cannot be done is answered by {"error": "..."}. Steps count from 0.

It computes nothing between commands, so that two such processes can be timed alternately.
What libraries print goes to standard error; standard output is the protocol's alone.
"""

import json
import os
import subprocess
import sys
import time

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch  # noqa: E402

from matmul import gflops  # noqa: E402


def work_of(request):
    kind = request["kind"]
    if kind == "gdpo":
        from gdpo_step import GdpoStep

        return GdpoStep(request)
    if kind == "dpo":
        from trl_dpo import TrlDpoStep

        return TrlDpoStep(request)
    if kind == "lm":
        from language_model_step import LanguageModelStep

        return LanguageModelStep(request)
    if kind == "sampling":
        from sampling import Sampling

        return Sampling(request)
    raise ValueError(f"no peer for the benchmark {kind}")


def resident(field):
    """A field of the kernel's account of this process, in bytes."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise ValueError(f"/proc/self/status has no {field}")


def held_by_this_process():
    """Bytes of GPU memory, context included: PyTorch's allocator gives nothing back, so this is the most it had."""
    listing = subprocess.run(
        ["nvidia-smi", "--query-compute-apps=pid,used_gpu_memory", "--format=csv,noheader,nounits"],
        capture_output=True, text=True, check=True,
    ).stdout
    held = [line.split(",")[1] for line in listing.splitlines() if line.split(",")[0].strip() == str(os.getpid())]
    return int(held[0]) * 2**20 if held and held[0].strip().isdigit() else torch.cuda.max_memory_reserved()


def steps(work, first, count):
    seconds, gflop = [], []
    for step in range(first, first + count):
        begin = time.perf_counter()
        work.step(step)
        seconds.append(time.perf_counter() - begin)
        gflop.append(work.gflop(step))
    return {"seconds": seconds, "gflop": gflop}


def profile(work, step):
    with torch.autograd.profiler.profile() as profiled:
        work.step(step)
    operators = profiled.key_averages()
    total = sum(operator.self_cpu_time_total for operator in operators)
    return {operator.key: operator.self_cpu_time_total / total for operator in operators}


def serve():
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    start = resident("VmRSS")
    device = "cpu"
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        command = request["command"]
        try:
            if command == "prepare":
                work = work_of(request["work"])
                device = request["work"]["device"]
                answer = {"ready": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"}
            elif command == "measure":
                answer = {"values": work.measure()}
            elif command == "steps":
                answer = steps(work, request["from"], request["count"])
            elif command == "profile":
                answer = {"values": profile(work, request["from"])}
            elif command == "matmul":
                answer = {"gflops": gflops(request["size"], device)}
            elif command == "memory":
                on_gpu = device != "cpu"
                peak = held_by_this_process() if on_gpu else resident("VmHWM")
                answer = {"peak_bytes": peak, "start_bytes": 0 if on_gpu else start}
            else:
                answer = {"error": f"unknown command {command}"}
        except Exception as e:  # told to the other end, which reports it and stops
            import traceback

            traceback.print_exc()
            answer = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve()

#!/usr/bin/env python3
"""System calls per media frame of each recorder, by the kernel's tracepoints (perf stat), at a steady load.
usage: syscalls.py --peers peers.json [--only a,b] [--calls 200]      needs perf (linux-perf) and root"""
import argparse, json, os, re, shutil, signal, socket, subprocess, sys, time
ap = argparse.ArgumentParser()
ap.add_argument("--peers", required=True); ap.add_argument("--only", default=""); ap.add_argument("--calls", type=int, default=200)
ap.add_argument("--seconds", type=float, default=4); ap.add_argument("--loadgen", default="artifacts/bench/bin/loadgen/loadgen.dll")
ap.add_argument("--dir", default="artifacts/bench/rec"); ap.add_argument("--out", default="artifacts/bench/syscalls.jsonl")
a = ap.parse_args()
NAMES = ["recvfrom", "recvmsg", "read", "readv", "sendto", "sendmsg", "write", "writev", "pwrite64", "pwritev", "lseek", "epoll_wait", "epoll_pwait", "epoll_ctl",
         "futex", "io_uring_enter", "poll", "ppoll", "sched_yield", "fstat", "newfstat", "newfstatat", "mprotect", "madvise", "ioctl", "setsockopt", "clock_nanosleep", "fcntl"]
have = [n for n in NAMES if os.path.isdir("/sys/kernel/tracing/events/syscalls/sys_enter_" + n)]
ev = ",".join(["raw_syscalls:sys_enter", "context-switches"] + ["syscalls:sys_enter_" + n for n in have])
peers = json.load(open(a.peers)); port = 9700


def hi():
    os.setsid(); os.setpriority(os.PRIO_PROCESS, 0, -10)
    try:
        with open("/proc/self/autogroup", "w") as f: f.write("-10")
    except OSError: pass


for name in [n for n in a.only.split(",") if n] or list(peers):
    spec = peers[name]; port += 1
    shutil.rmtree(a.dir, ignore_errors=True); os.makedirs(a.dir)
    cmd = [c.replace("{port}", str(port)).replace("{dir}", a.dir).replace("{bench}", os.path.dirname(os.path.abspath(__file__))) for c in spec["cmd"]]
    srv = subprocess.Popen(cmd, env=dict(os.environ, REC_DIR=a.dir, **spec.get("env", {})), cwd=spec.get("cwd", a.dir).replace("{dir}", a.dir), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=hi)
    try:
        for _ in range(200):
            time.sleep(0.1)
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0: break
        time.sleep(0.5)
        lg = subprocess.Popen(["dotnet", a.loadgen, "--port", str(port), "--calls", str(a.calls), "--seconds", str(a.seconds + 4), "--warmup", "2", "--ping-every", "0", "--pid", str(srv.pid), "--drain-timeout", "5"], stdout=subprocess.PIPE, text=True, preexec_fn=hi)
        time.sleep(4)
        p = subprocess.run(["perf", "stat", "-x", ";", "-e", ev, "-p", str(srv.pid), "sleep", str(a.seconds)], capture_output=True, text=True)
        out = lg.communicate()[0]
        L = json.loads(out.strip().splitlines()[-1])
        frames = L["frames_per_s"] * a.seconds
        c = {}
        for line in p.stderr.splitlines():
            f = line.split(";")
            if len(f) > 2 and re.match(r"^\d+$", f[0]): c[f[2].split("sys_enter_")[-1].replace("raw_syscalls:sys_enter", "TOTAL")] = round(int(f[0]) / frames, 3)
        row = {"peer": name, "calls": a.calls, "per_frame": {k: v for k, v in c.items() if v >= 0.004}}
        print(name, json.dumps(row["per_frame"]), flush=True)
        with open(a.out, "a") as f: f.write(json.dumps(row) + "\n")
    finally:
        srv.send_signal(signal.SIGTERM)
        try: srv.wait(10)
        except subprocess.TimeoutExpired: srv.kill(); srv.wait()

#!/usr/bin/env python3
"""Measures recorders against each other: starts each in turn, drives it with loadgen, checks its files, stops it.

usage: recorders.py --peers peers.json [--only a,b] [--calls 50,200] [--reps 3] [--seconds 10] [--out results.jsonl]
Peers alternate inside each repetition, so that a drift of the machine falls on all of them.
peers.json: {"name": {"cmd": ["prog", "{port}", "{dir}"], "env": {}, "check": ["--length-tolerance", "1"], "max_calls": 500}, ...}
"""
import argparse, json, os, shutil, signal, socket, subprocess, sys, time

ap = argparse.ArgumentParser()
ap.add_argument("--peers", required=True)
ap.add_argument("--only", default="")
ap.add_argument("--calls", default="50,200,500")
ap.add_argument("--reps", type=int, default=3)
ap.add_argument("--seconds", type=float, default=10)
ap.add_argument("--warmup", type=float, default=3)
ap.add_argument("--speed", type=float, default=1)
ap.add_argument("--tracks", default="inbound")
ap.add_argument("--signal", default="noise")
ap.add_argument("--extra", default="", help="more loadgen options, blank separated")
ap.add_argument("--loadgen", default="artifacts/bench/bin/loadgen/loadgen.dll")
ap.add_argument("--checkwav", default="artifacts/bench/bin/checkwav/checkwav.dll")
ap.add_argument("--bin", default="artifacts/bench/bin", help="{bin} in the peers' commands")
ap.add_argument("--dir", default="artifacts/bench/rec")
ap.add_argument("--port", type=int, default=9101)
ap.add_argument("--nice", type=int, default=-10)
ap.add_argument("--quiet-wait", type=float, default=40, help="seconds to wait for other work on the machine to end")
ap.add_argument("--quiet-cores", type=float, default=0.25)
ap.add_argument("--check", default="first", choices=["first", "all", "none"])
ap.add_argument("--log", default="artifacts/bench/server.log", help="what the server under test prints")
ap.add_argument("--out", default="artifacts/bench/results.jsonl")
a = ap.parse_args()


def cpu():
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:9]]
    return sum(v) - v[3] - v[4] - v[7], sum(v)


def wait_quiet():
    end = time.time() + a.quiet_wait
    while time.time() < end:
        b0, t0 = cpu(); time.sleep(1); b1, t1 = cpu()
        if (b1 - b0) / max(1, t1 - t0) * os.cpu_count() < a.quiet_cores:
            return True
    return False


def wait_port(p, port, limit=30):
    end = time.time() + limit
    while time.time() < end:
        if p.poll() is not None:
            return False
        with socket.socket() as s:
            s.settimeout(0.5)
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


def renice():
    """Server and load generator each in a session (so a scheduler autogroup) of their own with raised priority:
    other work on the machine then disturbs them less. Needs root; harmless without."""
    try:
        os.setsid()
        os.setpriority(os.PRIO_PROCESS, 0, a.nice)
        with open("/proc/self/autogroup", "w") as f:
            f.write(str(a.nice))
    except OSError:
        pass


peers = json.load(open(a.peers))
names = [n for n in a.only.split(",") if n] or list(peers)
checked = set()
for rep in range(a.reps):
    for calls in [int(c) for c in a.calls.split(",")]:
        for name in names:
            spec = peers[name]
            if calls > spec.get("max_calls", 10**9):
                continue
            shutil.rmtree(a.dir, ignore_errors=True)
            os.makedirs(a.dir)
            a.port = 9101 + (a.port - 9100) % 500
            shutil.rmtree(a.dir + "-data", ignore_errors=True)
            fill = {"{port}": str(a.port), "{dir}": a.dir, "{bench}": os.path.dirname(os.path.abspath(__file__)), "{bin}": os.path.abspath(a.bin)}
            cmd, extra_env = spec["cmd"], dict(spec.get("env", {}))
            for k, v in fill.items():
                cmd = [c.replace(k, v) for c in cmd]
                extra_env = {name: value.replace(k, v) for name, value in extra_env.items()}
            env = dict(os.environ, REC_DIR=a.dir, **extra_env)
            quiet = wait_quiet()
            log = open(a.log, "wb")
            srv = subprocess.Popen(cmd, env=env, cwd=spec.get("cwd", a.dir).replace("{dir}", a.dir), stdout=log, stderr=log, preexec_fn=renice)
            row = {"peer": name, "rep": rep, "calls": calls, "quiet": quiet}
            try:
                if not wait_port(srv, a.port):
                    print(name, "did not start; see", a.log, file=sys.stderr)
                    continue
                time.sleep(0.7)
                m = a.dir + "-manifest.jsonl"
                lg = ["dotnet", a.loadgen, "--port", str(a.port), "--path", spec.get("path", "/media"), "--calls", str(calls), "--seconds", str(a.seconds),
                      "--warmup", str(a.warmup), "--speed", str(a.speed), "--tracks", a.tracks, "--signal", a.signal, "--pid", str(srv.pid), "--manifest", m, "--label", name] + a.extra.split()
                r = subprocess.run(lg, capture_output=True, text=True, preexec_fn=renice, timeout=600)
                if not r.stdout.strip():
                    print(name, calls, "loadgen:", r.stderr[-300:], file=sys.stderr)
                    continue
                row["load"] = json.loads(r.stdout.strip().splitlines()[-1])
                time.sleep(0.5)
            finally:
                srv.send_signal(signal.SIGTERM)
                try:
                    srv.wait(15)
                except subprocess.TimeoutExpired:
                    srv.kill(); srv.wait()
            if a.check == "all" or (a.check == "first" and (name, calls) not in checked):
                checked.add((name, calls))
                c = subprocess.run(["dotnet", a.checkwav, "--dir", a.dir, "--manifest", m, "--sample", "24"] + spec.get("check", []), capture_output=True, text=True)
                try:
                    row["check"] = json.loads(c.stdout.strip().splitlines()[-1])
                except (IndexError, ValueError):
                    row["check"] = {"error": (c.stdout + c.stderr)[-300:]}
            with open(a.out, "a") as f:
                f.write(json.dumps(row) + "\n")
            L = row["load"]; s = L["server"]; ck = row.get("check", {})
            print(f"{rep} {name:16s} {calls:5d} cpu {s['cpu_us_per_frame']:7.2f} us/f (u {s['user_us_per_frame']:.1f} s {s['sys_us_per_frame']:.1f}) cores {s['cores']:.2f} rss/call {s['rss_per_call_kb']:.1f}k rss {s['rss_kb']//1024}M "
                  f"lag99 {L['lag_ms']['p99']:.1f} max {L['lag_ms']['max']:.0f} pong99 {L['pong_ms']['p99']:.1f} max {L['pong_ms']['max']:.0f} drain99 {L['drain_ms']['p99']:.0f} err {sum(L['errors'].values())} other {L['system']['other_cores']:.2f} lg {L['loadgen']['cores']:.2f} w/f {s['write_calls_per_frame']:.2f} cs/f {s['vcsw_per_frame']:.2f} "
                  + (f"chk {ck.get('ok')}/{ck.get('recordings')} lost {ck.get('lost')} snr {ck.get('snr_db_median')}" if ck else ""), flush=True)

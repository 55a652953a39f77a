#!/usr/bin/env python3
"""Holds the findings of earshot analyze against the truth files: precision and recall per code.

    score.py FOLDER REPORT.ndjson [--misses]
"""
import collections, json, os, sys

folder, reports = sys.argv[1], {}
for line in open(sys.argv[2]):
    report = json.loads(line)
    reports[os.path.basename(report["file"])] = report
hit, missed, wrong, cases, clean = (collections.Counter() for _ in range(5))
misses = []
for name in sorted(os.listdir(folder)):
    if not name.endswith(".truth"):
        continue
    truth, wav = json.load(open(os.path.join(folder, name))), name[:-6]
    found = {} if wav not in reports else {f["code"]: f for f in reports[wav]["findings"]}
    if not truth["codes"]:
        clean["all"] += 1
        clean["quiet"] += not found
    for code in truth["codes"]:
        cases[code] += 1
        right = code in found and (truth["kind"] is None or any(f.get("kind") == truth["kind"] for f in reports[wav]["findings"] if f["code"] == code))
        (hit if right else missed)[code] += 1
        if not right:
            misses.append(f"missed  {code:20} {wav}  found {[(c, f.get('kind')) for c, f in found.items()]}")
    for code in found:
        if code not in truth["codes"] and code not in truth["allowed"]:
            wrong[code] += 1
            misses.append(f"alarm   {code:20} {wav}  {found[code]['value']}")
print("| code | cases | precision | recall |\n|---|---|---|---|")
low = 0
for code in sorted(set(cases) | set(wrong)):
    precision, recall = hit[code] / max(hit[code] + wrong[code], 1), hit[code] / max(cases[code], 1)
    low += precision < 0.95 or recall < 0.95
    print(f"| `{code}` | {cases[code]} | {precision:.2f} | {recall:.2f} |")
print(f"\n{sum(cases.values())} damaged cases; {clean['quiet']} of {clean['all']} clean ones without a finding.")
if "--misses" in sys.argv:
    print("\n".join(misses))
sys.exit(low > 0)

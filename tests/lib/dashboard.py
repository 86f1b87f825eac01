# SPDX-License-Identifier: GPL-2.0-only
"""Holds the Grafana dashboard and the Prometheus rules against the frozen list of metrics.

dashboard.py METRICS DASHBOARD RULES...
Prints PASS and FAIL lines.
"""
import json, re, sys
import yaml

# What is a name in PromQL that is neither a function, a label nor a word of the language.
SELECTOR = re.compile(r'"(?:[^"\\]|\\.)*"')
NAME = re.compile(r"[a-zA-Z_:][\w:]*")
WORDS = set("""sum max count by without on ignoring rate increase topk absent time vector or and unless
label_values histogram_quantile""".split())
OURS = {"up"}


def names_of(expr):
    """The metrics that an expression asks for."""
    bare = SELECTOR.sub('""', expr)
    bare = re.sub(r"\{[^}]*\}", "{}", bare)
    bare = re.sub(r"\b(by|without)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\[[^\]]*\]", "", bare)
    bare = re.sub(r",\s*instance\)", ")", bare)  # label_values(metric, label)
    return {n for n in NAME.findall(bare) if n not in WORDS}


def labels_of(expr):
    """[metric, label] for each label that a selector names."""
    for metric, inside in re.findall(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}", expr):
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", SELECTOR.sub('""', inside)):
            yield metric, label


def expressions(value):
    """Every string under a key that holds a query, wherever it stands."""
    if isinstance(value, list):
        for item in value:
            yield from expressions(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("expr", "query") and isinstance(item, str) and item != "prometheus":
                yield item
            else:
                yield from expressions(item)


def check(name, problems):
    print("FAIL prometheus/%s: %s" % (name, "; ".join(problems)) if problems else "PASS prometheus/" + name)


def main():
    known = {}
    with open(sys.argv[1], encoding="utf-8") as f:
        for line in f:
            words = line.split()
            known[words[1]] = set(words[2].split(",")) if len(words) > 2 else set()
    with open(sys.argv[2], encoding="utf-8") as f:
        dashboard = json.load(f)
    rules = []
    for path in sys.argv[3:]:
        with open(path, encoding="utf-8") as f:
            rules += [r for g in yaml.safe_load(f)["groups"] for r in g["rules"]]
    recorded = {r["record"] for r in rules if "record" in r}

    def unknown(exprs):
        bad = sorted({n for e in exprs for n in names_of(e)} - set(known) - recorded - OURS)
        bad += sorted({"%s{%s}" % (m, l) for e in exprs for m, l in labels_of(e)
                       if m in known and l not in known[m] | {"job", "instance"}})
        return ["unknown: " + " ".join(bad)] if bad else []

    exprs = list(expressions(dashboard))
    check("every query of the dashboard names metrics and labels that there are",
          unknown(exprs) if len(exprs) > 20 else ["only %d queries were found" % len(exprs)])
    check("every rule names metrics and labels that there are", unknown([r["expr"] for r in rules]))
    panels, problems, seen = dashboard["panels"], [], set()
    if len({p["id"] for p in panels}) != len(panels):
        problems.append("two panels share an id")
    for p in panels:
        g = p["gridPos"]
        cells = {(x, y) for x in range(g["x"], g["x"] + g["w"]) for y in range(g["y"], g["y"] + g["h"])}
        if g["x"] + g["w"] > 24 or cells & seen:
            problems.append("%s lies over another panel, or outside" % p["title"])
        seen |= cells
        if p["type"] != "row" and not (p.get("targets") and p.get("description")):
            problems.append("%s has no query or no description" % p["title"])
    check("the dashboard's panels have their places", problems)
    check("every alert says what to do", ["%s lacks a severity, a summary or a description" % r["alert"]
          for r in rules if "alert" in r and not ({"summary", "description"} <= set(r["annotations"])
                                                  and "severity" in r["labels"])])


main()

# SPDX-License-Identifier: GPL-2.0-only
"""Compose files in every style: what they say is made up first, then how it is written."""
import re

from common import CAPS

TEXTS = ["a", "x y", "it's", 'say "hi"', "a: b", "#no", "a #b", "''", "x == '' && y", "ünï", "- x", "*x", "&x",
         "!x", "{a}", "[a", "a\\b", "$$x", "1", "true", "null", "", "trailing ", " leading", "a\tb", "%x", "@x",
         "`x`", "two\nlines", "end\n", "a\n\nb\n", "?x", "a'''b", "x,y", "a]b", "http://x:80/#y"]


class Alias:
    def __init__(self, name):
        self.name = name


class Tagged:
    def __init__(self, tag, value):
        self.tag, self.value = tag, value


class Anchored:
    def __init__(self, name, value):
        self.name, self.value = name, value


class Pairs(list):
    """A mapping, in order."""


def plain_ok(s, flow):
    return (s and s == s.strip() and s[0] not in "!&*-?:[]{},#|>@`\"'%=~" and ": " not in s and " #" not in s
            and s[-1] != ":" and "\n" not in s and "\t" not in s and s not in ("null", "true", "1", "yes", "no", "3.8")
            and not (flow and set(s) & set(",[]{}")) and not s.startswith("---"))


class Writer:
    """Writes values in styles chosen at random, but each file with its own habits."""
    def __init__(self, r):
        self.r = r
        self.step = r.choice([2, 2, 2, 4, 3])
        self.dash = r.choice([0, 2, 2, self.step])
        self.remarks = r.choice([0, 0.1, 0.3])
        self.flow = r.choice([0, 0.15, 0.5])
        self.eol = r.choice(["\n", "\n", "\n", "\r\n"])
        self.n = 0

    def remark(self):
        self.n += 1
        return self.r.choice(["# c%d", "#c%d", "# c%d: [a, 'b", "## c%d  "]) % self.n

    def behind(self):
        if self.r.random() < self.remarks:
            return self.r.choice([" ", "  ", "\t"]) + self.remark()
        return self.r.choice(["", "", "", "", " "])

    def above(self, indent):
        out = []
        while self.r.random() < self.remarks:
            out.append(self.r.choice([" " * indent + self.remark(), "", " " * indent + self.remark(),
                                      " " * max(0, indent - 2) + self.remark()]))
        return out

    def scalar(self, s, flow=False):
        if s is True or s is False:
            return "true" if s else "false"
        if s is None:
            return self.r.choice(["null", "~"])
        if isinstance(s, int):
            return str(s)
        if plain_ok(s, flow) and self.r.random() < 0.7:
            return s
        if "\n" not in s and "\t" not in s and self.r.random() < 0.5:
            return "'%s'" % s.replace("'", "''")
        out = s.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        if out.isalnum() and out.isascii() and self.r.random() < 0.1:
            out = "\\x%02x" % ord(out[0]) + out[1:]
        return '"%s"' % out

    def key(self, k):
        return self.r.choice([k, k, k, k, "'%s'" % k, '"%s"' % k]) if k != "<<" else k

    def in_flow(self, v, indent, lines):
        if isinstance(v, Alias):
            return "*" + v.name
        if isinstance(v, Tagged):
            return v.tag + " " + self.in_flow(v.value, indent, lines)
        if isinstance(v, Anchored):
            return "&%s %s" % (v.name, self.in_flow(v.value, indent, lines))
        if isinstance(v, Pairs):
            parts, ends = ["%s: %s" % (self.key(k), self.in_flow(x, indent + 2, lines)) for k, x in v], "{}"
            parts = [p + " " if p.split(": ")[-1].startswith("*") else p for p in parts]
        elif isinstance(v, list):
            parts, ends = [self.in_flow(x, indent + 2, lines) for x in v], "[]"
            parts = [p + " " if p.startswith("*") else p for p in parts]
        else:
            return self.scalar(v, True)
        if not parts:
            return ends
        if not lines or self.r.random() < 0.4:
            pad = self.r.choice(["", "", " "])
            return ends[0] + pad + self.r.choice([", ", ", ", " , "]).join(parts) + pad + ends[1]
        out = ends[0]
        inner = "\n" + " " * (indent + 2)
        for i, p in enumerate(parts):
            out += self.r.choice([inner, inner, "" if out.endswith(("{", "[")) else " ",
                                  "  " + self.remark() + inner, inner + self.remark() + inner])
            last = i + 1 == len(parts)
            out += p + ("," if not last or self.r.random() < 0.2 else "")
        return out + self.r.choice(["", "\n" + " " * indent, "  " + self.remark() + "\n" + " " * indent,
                                    inner + self.remark() + "\n" + " " * indent]) + ends[1]

    def value(self, v, indent, flow, in_list=False):
        """Lines of a value: the first belongs behind the key's colon."""
        head = ""
        while isinstance(v, (Tagged, Anchored)):
            head += " " + (v.tag if isinstance(v, Tagged) else "&" + v.name)
            v = v.value
        if isinstance(v, Alias):
            return [" *" + v.name + self.behind()]
        if isinstance(v, list) and v and not flow:
            here = self.behind()
            if isinstance(v, Pairs):
                return [head + here] + self.mapping(v, indent + self.step)
            return [head + here] + self.sequence(v, indent + self.dash)
        if isinstance(v, list):
            text = self.in_flow(v, indent, self.r.random() < 0.5)
            return [head + " " + text + self.behind()]
        if isinstance(v, str) and not head and not in_list and self.r.random() < 0.3:
            if v.endswith("\n") and not v.endswith("\n\n") and v.strip() and v[0] not in " \n":
                return [" |" + self.behind()] + [" " * (indent + self.step) + x if x else ""
                                                 for x in v[:-1].split("\n")]
        return [head + " " + self.scalar(v) + self.behind()]

    def mapping(self, pairs, indent):
        out = []
        for k, v in pairs:
            out += self.above(indent) if out else []
            lines = self.value(v, indent, self.r.random() < self.flow)
            out.append(" " * indent + self.key(k) + ":" + lines[0])
            out += lines[1:]
        return out

    def sequence(self, items, indent):
        out = []
        for v in items:
            out += self.above(indent)
            if isinstance(v, list) and not isinstance(v, Pairs):
                out.append(" " * indent + "- " + self.in_flow(v, indent + 2, False))
            elif isinstance(v, Pairs):
                out.append(" " * indent + "- " + self.in_flow(v, indent + 2, False))
            else:
                out.append(" " * indent + "-" + self.value(v, indent, True, True)[0])
        return out

    def document(self, pairs, first=True):
        r = self.r
        text = "\n".join(self.above(0) + self.mapping(pairs, 0)) + "\n"
        if r.random() < 0.1:
            text = "---\n" + text
        if r.random() < 0.2:
            text += r.choice(["\n", "# end\n", "\n\n# end", "...\n"])
        return text

    def finish(self, text):
        if self.r.random() < 0.15 and "\n  " not in text[-8:]:
            text = text.rstrip("\n")
        # Compose takes a comment right behind a quote, a bracket or a comma.
        if self.r.random() < 0.1:
            text = re.sub(r"(?<=[\]}\"',\[{])[ \t]+(?=#+ ?c\d)", "", text)
        if self.r.random() < 0.08:
            text = "\ufeff" + text
        return text.replace("\n", self.eol)


def cap(r):
    c = r.choice(CAPS[:30])
    return r.choice([c, c, c, "CAP_" + c, c.lower(), "cap_" + c.lower()])


def caps(r, drop):
    if r.random() < 0.08:
        return r.choice([[]] * 9 + [None])
    if r.random() < (0.4 if drop else 0.1):
        return [r.choice(["ALL", "all", "All"])]
    out = []
    for _ in range(r.choice([1, 1, 2, 3])):
        c = cap(r)
        if c not in out:
            out.append(c)
    return out


def rest(r, pairs, names, depth=0):
    """What else a service has, that has to stay as it is."""
    for _ in range(r.choice([0, 1, 2, 3])):
        k = r.choice(["command", "environment", "labels", "restart", "hostname", "x-note", "ports", "healthcheck",
                      "entrypoint", "networks", "volumes"])
        if k in [p[0] for p in pairs]:
            continue
        pairs.append((k, {
            "command": lambda: r.choice([[r.choice(TEXTS[:28]) or "x" for _ in range(2)], "run it", "a\nb\n"]),
            "entrypoint": lambda: ["/bin/sh", "-c", r.choice(TEXTS)],
            "environment": lambda: Pairs((n, r.choice(TEXTS)) for n in r.sample(["A", "B", "C"], 2)),
            "labels": lambda: ["l=%s" % r.choice(TEXTS).replace("\n", " ") for _ in range(1)],
            "restart": lambda: "always", "hostname": lambda: "h",
            "x-note": lambda: Pairs([("cap_add", ["X"]), ("privileged", True), ("t", r.choice(TEXTS))]),
            "ports": lambda: ["80:80", "127.0.0.1:1:1"],
            "healthcheck": lambda: Pairs([("test", ["CMD", "true"]), ("interval", "5s")]),
            "networks": lambda: ["default"], "volumes": lambda: ["./a:/a:ro"]}[k]()))


def privileges(r, some=0.5):
    pairs = []
    if r.random() < some:
        pairs.append(("cap_add", caps(r, False)))
    if r.random() < some:
        pairs.append(("cap_drop", caps(r, True)))
    if r.random() < some / 4:
        pairs.append(("privileged", r.choice([True, False, "true", "false"])))
    return pairs


class Project:
    """files: {name: text}; args: those given with -f, in order; services."""
    def __init__(self, r):
        self.r, self.files, self.modern = r, {}, False
        self.names = r.sample(["web", "db", "api", "a.b", "w-1", "q"], r.choice([1, 2, 3]))
        self.args = ["compose.yaml"]
        self.files["compose.yaml"] = self.main()
        if r.random() < 0.3:
            self.args.append("over.yaml")
            self.files["over.yaml"] = self.other()

    def anchors(self):
        r, out = self.r, []
        if r.random() < 0.35:
            base = Pairs(privileges(r, 0.6) + [("restart", "always")])
            rest(r, base, self.names)
            out.append(("x-base", Anchored("base", base)))
        if r.random() < 0.25:
            out.append(("x-caps", Anchored("caps", [cap(r) for _ in range(1)])))
        if r.random() < 0.15:
            out.append(("x-more", Anchored("more", Pairs(privileges(r, 0.6) + [("hostname", "m")]))))
        return out

    def service(self, name, anchors, earlier):
        r = self.r
        known = [a[1].name for a in anchors]
        pairs = Pairs([("image", r.choice(["nginx:1.27", "${IMG:-x}", "docker.io/library/x@sha256:" + "0" * 64]))])
        pairs += privileges(r)
        if "caps" in known and r.random() < 0.4:
            pairs = Pairs([p for p in pairs if p[0] != "cap_add"] + [("cap_add", Alias("caps"))])
        rest(r, pairs, self.names)
        if earlier and r.random() < 0.15:
            pairs.append(("extends", r.choice([earlier[-1], Pairs([("service", earlier[-1])])])))
        r.shuffle(pairs)
        if "base" in known and r.random() < 0.5:
            both = "more" in known and r.random() < 0.5
            pairs.insert(r.choice([0, 0, len(pairs)]), ("<<", [Alias("base"), Alias("more")] if both else Alias("base")))
        return pairs

    def main(self):
        r = self.r
        w = Writer(r)
        self.writer = w
        anchors = self.anchors()
        services, earlier = Pairs(), []
        for name in self.names:
            services.append((name, self.service(name, anchors, earlier)))
            earlier.append(name)
        top = Pairs(anchors)
        if r.random() < 0.3:
            top.append(("version", "3.8"))
        top.append(("services", services))
        if r.random() < 0.3:
            top.append(("networks", Pairs([("n1", None)])))
        text = w.document(top)
        if r.random() < 0.08:
            self.modern = True
            text = text.split("...\n")[0].rstrip("\n") + "\n---\n" + w.document(self.over())
        return w.finish(text)

    def over(self):
        r, services = self.r, Pairs()
        for name in self.names:
            if r.random() < 0.6:
                pairs = Pairs(privileges(r, 0.6))
                rest(r, pairs, self.names)
                for i, (k, v) in enumerate(pairs):
                    if k in ("cap_add", "cap_drop") and r.random() < 0.3:
                        self.modern = True
                        pairs[i] = (k, Tagged("!override", v) if v else Tagged("!reset", None))
                if r.random() < 0.08:
                    self.modern = True
                    pairs.append(("image", "z"))
                    pairs = Tagged("!override", pairs)
                if pairs:
                    services.append((name, pairs))
        if len(services) == len(self.names) and r.random() < 0.15:
            services = Tagged("!override", Pairs((n, Pairs(p + [("image", "y")])) for n, p in services
                                                 if isinstance(p, Pairs) and "image" not in dict(p)))
            services.value.extend((n, Pairs([("image", "y")])) for n in self.names
                                  if n not in dict(services.value))
            self.modern = True
        return Pairs([("services", services)] if services else [("networks", Pairs([("n2", None)]))])

    def other(self):
        w = Writer(self.r)
        return w.finish(w.document(self.over()))

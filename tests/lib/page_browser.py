# SPDX-License-Identifier: GPL-2.0-only
"""Uses the page of a store as people do, in a headless Chromium.

page_browser.py CHROMIUM PROFILE URL TOKEN WORKLOAD HOSTILE
WORKLOAD is the label of one that is opened, HOSTILE the start of a label with markup in it. Prints
PASS, FAIL and SKIP lines. Where SHOTS names a directory, pictures are left there.
"""
import json, os, sys, time

from browser import Browser, CONTRAST, COPIED, SCHEMES, WIDTHS

# What a screen reader would stumble over.
UNNAMED = """(() => {
  const bad = [];
  for (const e of document.querySelectorAll("input:not([type=hidden]):not([hidden]), select"))
    if (!e.labels.length && !e.ariaLabel) bad.push(e.outerHTML.slice(0, 60));
  for (const e of document.querySelectorAll("a, button, summary, th"))
    if (!e.textContent.trim()) bad.push(e.outerHTML.slice(0, 60));
  if (document.querySelectorAll("h1").length != 1) bad.push("not one h1");
  if (!document.documentElement.lang || !document.querySelector("main")) bad.push("no language or main");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  for (const id of new Set(ids)) if (ids.filter(i => i == id).length > 1) bad.push("id " + id + " twice");
  return bad;
})()"""


class Visit:
    def __init__(self, browser, url):
        self.browser, self.url = browser, url

    def check(self, name, problems):
        print("FAIL page/%s: %s" % (name, "; ".join(map(str, problems))) if problems else "PASS page/" + name)

    def is_(self, name, actual, expected):
        self.check(name, [] if actual == expected else ["is %r, not %r" % (actual, expected)])

    def wait(self, expression):
        """Until the expression is true; its last value. A page that is being left answers nothing."""
        deadline, value = time.monotonic() + 30, None
        while not value and time.monotonic() < deadline:
            try:
                value = self.browser.value(expression)
            except RuntimeError:
                value = None
            if not value:
                time.sleep(0.05)
        return value

    def key(self, name, code, text=""):
        for kind in ("keyDown", "keyUp"):
            more = {"text": text} if text and kind == "keyDown" else {}
            self.browser.call("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                              windowsVirtualKeyCode=code, **more)

    def go(self, path, width=1440, scheme="light"):
        self.browser.said.clear()
        self.browser.open(self.url + path, width, scheme)

    def looks(self, name, path, shots):
        problems, grounds = [], set()
        for width in WIDTHS:
            for scheme in SCHEMES:
                where = "%d pixels, %s" % (width, scheme)
                self.go(path, width, scheme)
                over = self.browser.value("document.documentElement.scrollWidth - innerWidth")
                if over > 0:
                    problems.append("%s: %d pixels too wide" % (where, over))
                # The form that asks for the token is an answer 401.
                said = [s for s in self.browser.said if not (name == "sign-in" and "401" in s)]
                if said:
                    problems.append("%s: it said %s" % (where, said[0]))
                ratio, text = self.browser.value(CONTRAST)
                if ratio < 4.5:
                    problems.append("%s: contrast %.1f of %r" % (where, ratio, text))
                grounds.add((scheme, self.browser.value("getComputedStyle(document.body).backgroundColor")))
                if shots:
                    self.browser.shot("%s/page-%s-%d-%s.png" % (shots, name, width, scheme), width)
        problems += self.browser.value(UNNAMED)
        foreign = self.browser.value("performance.getEntriesByType('resource').map(e => e.name)"
                                     ".filter(n => !n.startsWith(location.origin + '/'))")
        problems += ["loads " + n for n in foreign]
        if len({color for _, color in grounds}) != len(SCHEMES):
            problems.append("light and dark look the same")
        self.check(name + " looks right", problems)


def sign_in(v, token):
    v.go("/events?all=1")
    v.is_("a stranger sees the form alone", v.browser.value("document.querySelector('h1').textContent"), "Sign in")
    v.browser.value("document.querySelector('#token').value = 'wrong'")
    v.browser.value("document.querySelector('.login button').click()")
    v.check("a wrong token is refused",
            [] if v.wait("document.querySelector('[role=alert]')?.textContent.includes('not the token')") else ["it is not"])
    v.browser.value("document.querySelector('#token').value = %s" % json.dumps(token))
    v.browser.value("document.querySelector('.login button').click()")
    v.is_("the right one leads to where one was going",
          v.wait("location.pathname != '/login' && document.readyState == 'complete' && "
                 "location.pathname + location.search"), "/events?all=1")
    v.is_("no script sees the cookie", v.browser.value("document.cookie"), "")


def find(v, workload):
    v.go("/")
    rows = "[...document.querySelectorAll('.overview tbody tr')].filter(r => !r.hidden).length"
    all_rows = v.browser.value(rows)
    v.browser.value("(() => { const f = document.getElementById('find'); f.value = %s;"
                    "f.dispatchEvent(new Event('input')); })()" % json.dumps(workload[2:].upper()))
    v.check("typing finds a workload", [] if all_rows > v.browser.value(rows) == 1 else
            ["%s of %s rows" % (v.browser.value(rows), all_rows)])
    v.browser.value("document.querySelector('[name=cap]').value = 'NET_RAW'")
    v.browser.value("document.querySelector('[name=cap]').dispatchEvent(new Event('change'))")
    v.check("choosing a capability asks for it", [] if v.wait("location.search.includes('cap=NET_RAW')") else ["no"])
    v.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    v.go("/?q=" + workload)
    v.is_("finding works without a script", v.browser.value(rows), 1)
    v.browser.call("Emulation.setScriptExecutionDisabled", value=False)


def with_keys(v, workload):
    """From the top of the page to a workload, by Tab and Enter alone."""
    v.go("/")
    reached = []
    for _ in range(40):
        v.key("Tab", 9)
        text, outline = v.browser.value("[document.activeElement.textContent.trim().slice(0, 40),"
                                        "getComputedStyle(document.activeElement).outlineStyle]")
        reached.append(text)
        if outline == "none":
            v.check("what has the focus is marked", ["%r is not" % text])
        if text == workload:
            break
    v.is_("the first stop skips the menu", reached[0], "To the content")
    v.is_("keys reach a workload", reached[-1], workload)
    v.key("Enter", 13, "\r")
    heading = v.wait("location.pathname == '/w' && document.readyState == 'complete' && "
                     "document.querySelector('h1').textContent")
    v.check("and open it", [] if heading and workload in heading else [heading])


def copying(v):
    shown, n, same = v.browser.value(COPIED)
    v.check("every snippet is copied as it is shown",
            [] if shown and n >= 15 and same else ["%s shown, %s copied, as shown: %s" % (shown, n, same)])


def hostile(v, start):
    v.go("/?q=" + start)
    link = "document.querySelector('.overview tbody a')"
    v.check("a hostile name is text", [] if "<img" in (v.browser.value(link + "?.textContent") or "") else ["no"])
    v.browser.value(link + ".click()")
    v.wait("location.pathname == '/w' && document.readyState == 'complete'")
    v.is_("and makes no element", v.browser.value("document.images.length + (window.evil || 0)"), 0)
    v.browser.said.clear()
    v.browser.value("document.body.append(Object.assign(document.createElement('script'), {text: 'window.evil = 1'}))")
    v.is_("no inline script runs", v.browser.value("window.evil || 0"), 0)


def sign_out(v):
    v.go("/")
    v.browser.value("document.querySelector('nav form button').click()")
    v.is_("who has signed out is a stranger", v.wait("document.querySelector('#token') && "
          "document.querySelector('h1').textContent"), "Sign in")


def main():
    chromium, profile, url, token, workload, evil = sys.argv[1:]
    shots = os.environ.get("SHOTS")
    try:
        browser = Browser(chromium, profile)
    except (OSError, TimeoutError, EOFError, RuntimeError) as e:
        print("SKIP page/all: chromium does not run here: %s" % e)
        return
    v = Visit(browser, url)
    try:
        v.looks("sign-in", "/", shots)
    except (OSError, TimeoutError, EOFError, RuntimeError) as e:
        print("FAIL page/sign-in: %s" % e)
    try:
        sign_in(v, token)
        find(v, workload)
        with_keys(v, workload)
        copying(v)
        path = browser.value("location.pathname + location.search")
        for name, where in (("workloads", "/"), ("workload", path), ("events", "/events?all=1"), ("hosts", "/hosts"),
                            ("hostile", "/?q=" + evil)):
            v.looks(name, where, shots)
        hostile(v, evil)
        sign_out(v)
    except (OSError, TimeoutError, EOFError, RuntimeError, TypeError) as e:
        print("FAIL page/all: %s" % e)
    finally:
        browser.close()


main()

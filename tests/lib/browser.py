# SPDX-License-Identifier: GPL-2.0-only
"""Opens reports in a headless Chromium, driven through its pipe: one browser for all of them.

browser.py CHROMIUM PROFILE NAME=FILE...
Prints PASS, FAIL and SKIP lines. Where SHOTS names a directory, pictures are left there.
"""
import base64, json, os, select, subprocess, sys, time

WIDTHS, SCHEMES = (360, 1440), ("light", "dark")
OPEN_SECONDS = 2.0

class Browser:
    def __init__(self, chromium, profile):
        read_commands, self.commands = os.pipe()
        self.events, write_events = os.pipe()

        def wire():  # Chromium has its pipe at 3 and 4
            os.dup2(os.dup(read_commands), 3)
            os.dup2(os.dup(write_events), 4)
        self.process = subprocess.Popen(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-background-networking", "--remote-debugging-pipe",
             "--user-data-dir=" + profile],
            close_fds=False, preexec_fn=wire, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(read_commands)
        os.close(write_events)
        self.buffer, self.number, self.session = b"", 0, None
        self.said, self.loaded = [], set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self.call(domain + ".enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.events], [], [], left)[0]:
                raise TimeoutError("the browser does not answer")
            data = os.read(self.events, 1 << 20)
            if not data:
                raise EOFError("the browser has ended")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(message)
        if message.get("method") == "Log.entryAdded":
            self.said.append(message["params"]["entry"]["text"])
        elif message.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.said.append(json.dumps(message["params"])[:200])
        elif message.get("method") == "Page.lifecycleEvent" and message["params"]["name"] == "load":
            self.loaded.add(message["params"]["loaderId"])
        return message

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 60
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression,
                         returnByValue=True)["result"].get("value")

    def open(self, url, width, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        loader = self.call("Page.navigate", url=url)["loaderId"]
        deadline = time.monotonic() + 60
        while loader not in self.loaded:
            self.receive(deadline)

    def shot(self, path, width):
        height = min(4000, self.value("document.documentElement.scrollHeight"))
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 500)
        data = self.call("Page.captureScreenshot")
        with open(path, "wb") as f:
            f.write(base64.b64decode(data["data"]))

    def close(self):
        """With its children, who would go on writing to the profile."""
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, EOFError, RuntimeError, TimeoutError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

# The least contrast of any text with its background (WCAG 2.1, 1.4.3), as [ratio, text].
CONTRAST = """(() => {
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  let worst = [21, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; n = walk.nextNode();) {
    if (!n.data.trim()) continue;
    let e = n.parentElement, back = null;
    const front = light(rgb(getComputedStyle(e).color));
    for (; e && !back; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) back = c;
    }
    const b = light(back || [255, 255, 255]);
    const ratio = (Math.max(front, b) + 0.05) / (Math.min(front, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, n.data.trim().slice(0, 40)];
  }
  return worst;
})()"""

def check(browser, name, path, shots, contrast):
    problems, url = [], "file://" + os.path.abspath(path)
    grounds = set()
    for width in WIDTHS:
        for scheme in SCHEMES:
            where = "%d pixels, %s" % (width, scheme)
            browser.said.clear()
            browser.open(url, width, scheme)
            over = browser.value("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                problems.append("%s: %d pixels too wide" % (where, over))
            if browser.said:
                problems.append("%s: it said %s" % (where, browser.said[0]))
            ratio, text = browser.value(CONTRAST) if contrast else (21, "")
            if ratio < 4.5:
                problems.append("%s: contrast %.1f of %r" % (where, ratio, text))
            grounds.add((scheme, browser.value(
                "getComputedStyle(document.body).backgroundColor")))
            if shots:
                browser.shot("%s/%s-%d-%s.png" % (shots, name, width, scheme), width)
    if len({color for _, color in grounds}) != len(SCHEMES):
        problems.append("light and dark look the same")
    print("FAIL html/%s: %s" % (name, "; ".join(problems)) if problems else "PASS html/" + name)

# Each button's text in the clipboard must be that of the snippet below it.
COPIED = """(() => {
  const got = [];
  navigator.clipboard.writeText = t => { got.push(t); return Promise.resolve(); };
  const buttons = [...document.querySelectorAll("button.copy")];
  buttons.forEach(b => b.click());
  const want = [...document.querySelectorAll("pre")].map(p => p.textContent);
  return [buttons.length && !buttons[0].hidden, got.length, JSON.stringify(got) === JSON.stringify(want)];
})()"""

def check_copy(browser, name, path):
    browser.open("file://" + os.path.abspath(path), 1440, "light")
    shown, n, same = browser.value(COPIED)
    print("PASS html/%s is copied" % name if shown and n and same else
          "FAIL html/%s is copied: button shown: %s, %d copied, as shown: %s" % (name, shown, n, same))

def check_speed(browser, name, path):
    """Processor time of the page's thread until it is painted: the same on a busy machine."""
    def used():
        metrics = browser.call("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    browser.open("about:blank", 1440, "light")
    browser.call("Performance.enable", timeDomain="threadTicks")
    before = used()
    browser.open("file://" + os.path.abspath(path), 1440, "light")
    browser.call("Page.captureScreenshot")  # nothing is painted for nobody
    seconds = used() - before
    print("%s html/%s opens within %g s%s" % (
        "PASS" if seconds < OPEN_SECONDS else "FAIL", name, OPEN_SECONDS,
        "" if seconds < OPEN_SECONDS else ": %.2f s" % seconds))

def main():
    shots = os.environ.get("SHOTS")
    try:
        browser = Browser(sys.argv[1], sys.argv[2])
    except (OSError, TimeoutError, EOFError, RuntimeError) as e:
        print("SKIP html/all: chromium does not run here: %s" % e)
        return
    try:
        for word in sys.argv[3:]:
            name, path = word.split("=", 1)
            check(browser, name, path, shots, name != "many")  # the same colours, 200 times
            if name in ("web", "hostile"):
                check_copy(browser, name, path)
            if name == "many":
                check_speed(browser, name, path)
    except (OSError, TimeoutError, EOFError, RuntimeError) as e:
        print("FAIL html/all: %s" % e)
    finally:
        browser.close()

if __name__ == "__main__":
    main()

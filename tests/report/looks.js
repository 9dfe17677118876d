// Asked of a page by the tests: what a reader sees of it, measured.
window.looks = {
  shown(element) {
    const box = element.getBoundingClientRect();
    const clipped = e => e && (getComputedStyle(e).clipPath !== "none" || clipped(e.parentElement));
    return element.checkVisibility({visibilityProperty: true, opacityProperty: true})
      && box.width > 1 && box.height > 1 && box.right > 0 && !clipped(element);
  },
  // Every element that has words of its own.
  worded() {
    const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    return [...document.body.querySelectorAll("*")].filter(e =>
      own(e) && this.shown(e) && !["title", "desc"].includes(e.tagName));
  },
  // A page has few colours, on thousands of elements: each is painted once.
  painted: new Map(),
  rgb(value) {
    if (!this.painted.has(value)) {
      const pixel = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
      pixel.fillStyle = value;
      pixel.fillRect(0, 0, 1, 1);
      this.painted.set(value, [...pixel.getImageData(0, 0, 1, 1).data]);
    }
    return this.painted.get(value);
  },
  ground(element) {
    for (let e = element; e; e = e.parentElement) {
      const found = this.rgb(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  },
  // [words, colour, ground] of each.
  colours() {
    return this.worded().map(e => {
      const style = getComputedStyle(e);
      const ink = e.ownerSVGElement ? style.fill : style.color;
      return [e.textContent.trim().slice(0, 40), this.rgb(ink), this.ground(e)];
    });
  },
  // What sticks out of the window, with how far.
  overflowing() {
    const width = document.documentElement.clientWidth;
    return [...document.body.querySelectorAll("*")].filter(e => this.shown(e))
      .map(e => [e.tagName, e.className.baseVal ?? e.className, e.getBoundingClientRect()])
      .filter(([, , box]) => box.right > width + 0.5 || box.left < -0.5)
      .map(([tag, name, box]) => `${tag}.${name} ${box.left} ${box.right}`);
  },
  // Words cut off by a box that would have to be scrolled.
  cut() {
    return [...document.querySelectorAll(".scroll, .verdict, .facts, figure")]
      .filter(e => this.shown(e) && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 60));
  },
  // Texts of a chart that lie over each other, or outside of it.
  colliding() {
    const found = [];
    for (const svg of document.querySelectorAll("svg")) {
      if (!this.shown(svg)) continue;
      const frame = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
      texts.forEach(([words, a], at) => {
        if (a.left < frame.left - 8 || a.right > frame.right + 8) found.push(`outside: ${words} ${a.left - frame.left} ${a.right - frame.right}`);
        for (const [other, b] of texts.slice(at + 1)) {
          const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
          const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (across > 1 && down > 3) found.push(`${words} / ${other}`);
        }
      });
    }
    return found;
  },
  // The boxes that make the layout, in CSS pixels.
  boxes(selector) {
    return [...document.querySelectorAll(selector)].filter(e => this.shown(e)).map(e => {
      const box = e.getBoundingClientRect();
      return {left: box.left, top: box.top + scrollY, right: box.right, bottom: box.bottom + scrollY};
    });
  },
};

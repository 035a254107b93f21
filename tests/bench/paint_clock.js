// Runs in every page before its own scripts: stamps a key press and the moment its consequence is painted.
//
// A text is watched by its elements. A table is drawn on a canvas: it has changed when texts are written on
// it that it did not show before. Which table is meant is said by the slider above it.
(() => {
    const clock = { moves: [] };
    window.paintClock = clock;
    const shown = new WeakMap(); // a table's canvas -> the texts that it shows
    const written = new Map(); // a table's canvas -> the texts written on it just now
    let selector = null;
    let isTable = false;
    let text = null;
    let pressed = null;
    let waiting = null;

    const textNow = () => [...document.querySelectorAll(selector)].map((one) => one.textContent).join("|");

    clock.watch = (css, ofTable) => {
        selector = css; // of the texts, or of the slider above the table
        isTable = ofTable;
        text = isTable ? null : textNow();
        pressed = null;
        clock.moves = [];
    };
    clock.isDrawn = (css) => {
        const canvas = document.querySelector(`${css} canvas[data-testid=data-grid-canvas]`);
        return Boolean(canvas?.checkVisibility() && canvas.height > 0 && (shown.get(canvas)?.size ?? 0) > 0);
    };
    clock.painted = (n) =>
        new Promise((resolve) => {
            waiting = { n, resolve };
            tell();
        });

    function tell() {
        if (waiting !== null && clock.moves.length >= waiting.n) {
            waiting.resolve(clock.moves[waiting.n - 1]);
            waiting = null;
        }
    }

    function changed() {
        if (pressed === null) return;
        const start = pressed;
        pressed = null;
        requestAnimationFrame(() => {
            const channel = new MessageChannel(); // its message comes after the frame is painted
            channel.port1.onmessage = () => {
                clock.moves.push(performance.now() - start);
                tell();
            };
            channel.port2.postMessage(null);
        });
    }

    const starts = (key) => key.startsWith("Arrow") || key === "Enter" || key === " ";
    addEventListener("keydown", (event) => { if (starts(event.key)) pressed = event.timeStamp; }, true);

    new MutationObserver(() => {
        if (selector === null || isTable) return;
        const now = textNow();
        if (now !== "" && now !== text) {
            text = now;
            changed();
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });

    const pen = CanvasRenderingContext2D.prototype;
    const { fillText } = pen;
    pen.fillText = function (words, ...rest) {
        if (this.canvas.dataset?.testid === "data-grid-canvas") {
            if (written.size === 0) queueMicrotask(drawn);
            if (!written.has(this.canvas)) written.set(this.canvas, new Set());
            written.get(this.canvas).add(words);
        }
        return fillText.call(this, words, ...rest);
    };

    function drawn() {
        for (const [canvas, texts] of written) {
            const before = shown.get(canvas) ?? new Set();
            if (![...texts].every((one) => before.has(one))) {
                const isMove = isTable && pressed !== null && canvas === tableCanvas();
                shown.set(canvas, isMove ? texts : new Set([...before, ...texts]));
                if (isMove) changed();
            }
        }
        written.clear();
    }

    function tableCanvas() {
        const slider = document.querySelector(selector);
        const tables = [...document.querySelectorAll("canvas[data-testid=data-grid-canvas]")];
        return tables.find((one) => slider.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    }
})();

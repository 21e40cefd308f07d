// The frame around simcord's page: time, rooms and people.
"use strict";
(() => {
  const key = document.querySelector('meta[name="demo-key"]').content;
  history.replaceState(null, "", `${location.pathname}${location.search}#${key}`);
  const asked = new URLSearchParams(location.search);
  const query = new URLSearchParams({ person: asked.get("as") || "", room: asked.get("in") || "" });
  const $ = (id) => document.getElementById(id);
  const direct = window.fetch.bind(window);

  // simcord's own script opens its page without saying where and as whom.
  window.fetch = (path, options) => direct(path, path === "/api/pages" && options?.method === "POST"
    ? { ...options, body: JSON.stringify(Object.fromEntries(query)) } : options);

  let latest = null;
  let busy = false;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function format(at, zone, options, locale = "en-GB") {
    return new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }).format(new Date(at));
  }

  function link(person, room) {
    return `/?${new URLSearchParams({ as: person, in: room })}#${key}`;
  }

  // What was read in which room, for as long as this demo runs.
  const readKey = `demo-read-${key}`;
  function readMarks() {
    try { return JSON.parse(sessionStorage.getItem(readKey)) || {}; } catch { return {}; }
  }

  function unread(state) {
    const marks = readMarks();
    const found = {};
    for (const room of state.rooms) {
      const mark = `${state.person}/${room.key}`;
      if (!(mark in marks) || room.key === state.room) marks[mark] = room.messages;
      found[room.key] = Math.max(0, room.messages - marks[mark]);
    }
    sessionStorage.setItem(readKey, JSON.stringify(marks));
    return found;
  }

  // Lists are drawn anew only where they changed, so that focus and clicks are not lost.
  const drawn = new WeakMap();
  function fill(list, rows, draw) {
    const print = JSON.stringify(rows);
    if (drawn.get(list) === print) return;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.row : null;
    drawn.set(list, print);
    list.replaceChildren(...rows.map((row) => {
      const item = element("li");
      const anchor = draw(row);
      anchor.dataset.row = row.key;
      if (row.current) anchor.setAttribute("aria-current", "page");
      item.append(anchor);
      return item;
    }));
    if (focused) list.querySelector(`[data-row="${CSS.escape(focused)}"]`)?.focus();
  }

  function roomLink(row) {
    const anchor = element("a", "demo-room");
    anchor.href = row.href;
    anchor.append(element("span", "demo-glyph", row.direct ? "@" : "#"), element("span", "demo-name", row.name));
    if (row.unread) {
      anchor.classList.add("demo-unread");
      const badge = element("span", "demo-badge", String(row.unread));
      badge.setAttribute("aria-label", `${row.unread} new`);
      anchor.append(badge);
    }
    return anchor;
  }

  function personLink(row) {
    const anchor = element("a", "demo-person");
    anchor.href = row.href;
    const face = element("span", "demo-face", row.initial);
    face.style.backgroundColor = row.colour;
    face.setAttribute("aria-hidden", "true");
    const words = element("span", "demo-words");
    words.append(element("strong", "", row.name), element("small", "", `${row.city} · ${row.clock}`));
    anchor.append(face, words);
    return anchor;
  }

  function distance(from, to) {
    const minutes = Math.max(0, Math.round((new Date(to) - new Date(from)) / 60000));
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    if (days) return `in ${days} d ${hours} h`;
    return hours ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
  }

  function render(state) {
    latest = state;
    const me = state.people.find((person) => person.key === state.person);
    const day = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    $("demo-server").textContent = state.server;
    $("demo-local").textContent = `${format(state.now, me.zone, day)}, ${format(state.now, me.zone, clock)} in ${me.city}`;
    $("demo-utc").textContent = `${format(state.now, "UTC", day)}, ${format(state.now, "UTC", clock)} UTC`;
    $("demo-time").dataset.now = state.now;
    const marks = unread(state);
    const rooms = state.rooms.map((room) => ({ key: room.key, name: room.name, direct: room.direct,
      unread: marks[room.key], current: room.key === state.room, href: link(state.person, room.key) }));
    fill($("demo-channels"), rooms.filter((room) => !room.direct), roomLink);
    fill($("demo-direct"), rooms.filter((room) => room.direct), roomLink);
    fill($("demo-people"), state.people.map((person) => ({ key: person.key, name: person.name, city: person.city,
      colour: person.colour, initial: person.key[0].toUpperCase(), current: person.key === state.person,
      clock: format(state.now, person.zone, { weekday: "short", ...clock }), href: link(person.key, state.room) })), personLink);
    const leap = document.querySelector('[data-leap="airing"]');
    $("demo-airing").textContent = state.airing ? `${state.airing.label} · ${distance(state.now, state.airing.at)}` : "nothing more to come";
    for (const button of document.querySelectorAll("[data-leap]")) button.disabled = busy || state.leaping;
    if (!state.airing) leap.disabled = true;
    document.body.classList.toggle("demo-leaping", busy || state.leaping);
    const total = Object.values(marks).reduce((sum, count) => sum + count, 0);
    const here = rooms.find((room) => room.current);
    document.title = `${total ? `(${total}) ` : ""}${here.direct ? "@" : "#"}${here.name} · ${state.server}`;
  }

  async function ask(path, options = {}) {
    const answer = await direct(`${path}?${query}`, { ...options, cache: "no-store",
      headers: { "X-Simcord-Capability": key, "Content-Type": "application/json" } });
    if (answer.status === 401) {
      // The demo was started anew; this page belongs to the one before.
      location.reload();
      throw new Error("outdated");
    }
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  function trouble(text) {
    $("demo-trouble").textContent = text;
    $("demo-trouble").hidden = !text;
  }

  async function poll() {
    try {
      if (!busy) render(await ask("/demo/now"));
      trouble("");
    } catch {
      trouble("The demo has ended. Start it again, and reload this page.");
    }
    setTimeout(poll, 1000);
  }

  async function leap(to) {
    if (busy || !latest) return;
    busy = true;
    render(latest);
    try {
      const state = await ask("/demo/leap", { method: "POST", body: JSON.stringify({ to }) });
      busy = false;
      render(state);
    } catch {
      busy = false;
      trouble("Time could not be moved; the demo's log says why.");
    }
  }

  for (const button of document.querySelectorAll("[data-leap]")) {
    button.addEventListener("click", () => leap(button.dataset.leap));
  }

  // simcord says what became of a click in its own bar, which is not shown here; say what went wrong.
  const status = $("action-status");
  const note = element("p", "demo-toast");
  note.setAttribute("role", "alert");
  note.hidden = true;
  document.body.append(note);
  let fading = 0;
  let complained = null;
  new MutationObserver(() => {
    const action = window.simcordPreview?.lastAction;
    if (!/not completed|uncertain|interrupted/i.test(status.textContent) || complained === action?.requestId) return;
    complained = action?.requestId;
    note.textContent = "That did not work; the demo's log says why.";
    note.hidden = false;
    clearTimeout(fading);
    fading = setTimeout(() => { note.hidden = true; }, 6000);
  }).observe(status, { childList: true, characterData: true, subtree: true });

  // A message that is drawn anew hides again what was revealed in it. The text is part of what is remembered,
  // so that nothing is revealed where a button has put another episode into the same message.
  const timeline = $("channel-message-list");
  const revealed = new Set();
  function mark(spoiler) {
    const message = spoiler.closest("[data-message-id]");
    const place = [...message.querySelectorAll(".markdown-spoiler")].indexOf(spoiler);
    return `${message.dataset.messageId}/${place}/${spoiler.textContent}`;
  }
  timeline.addEventListener("click", (event) => {
    const spoiler = event.target.closest(".markdown-spoiler");
    if (spoiler) revealed.add(mark(spoiler));
  }, true);
  new MutationObserver(() => {
    for (const spoiler of timeline.querySelectorAll(".markdown-spoiler:not(.is-revealed)")) {
      if (revealed.has(mark(spoiler))) spoiler.click();
    }
  }).observe(timeline, { childList: true, subtree: true });

  // What is new is at the end. Whoever is there stays there, and an answer to oneself is gone to.
  const view = $("channel-timeline");
  let atEnd = true;
  let gesture = 0;
  let answered = null;
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    view.addEventListener(kind, () => { gesture = performance.now(); }, { passive: true });
  }
  view.addEventListener("scroll", () => {
    if (view.scrollHeight - view.scrollTop - view.clientHeight < 40) atEnd = true;
    else if (performance.now() - gesture < 1000) atEnd = false;
  });
  function follow() {
    const action = window.simcordPreview?.lastAction;
    if (action && action.requestId !== answered) {
      answered = action.requestId;
      if (action.outcomes.some((outcome) => ["response", "followup", "message"].includes(outcome.kind))) atEnd = true;
    }
    let frames = 6;
    const step = () => {
      if (atEnd) view.scrollTop = view.scrollHeight;
      frames -= 1;
      if (frames) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }
  new MutationObserver(follow).observe(timeline, { childList: true, subtree: true });
  new ResizeObserver(follow).observe(view);

  // simcord asks for suggestions only once something was typed, and offers a value that is already chosen again
  // and again. Discord does neither.
  const composer = $("channel-composer");
  function picker() { return window.simcordPreview?.commandPicker; }
  function optionOf(field) { return picker()?.draft?.options.find((option) => option.name === field.dataset.option); }
  composer.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!field.matches(".command-option-input[aria-autocomplete]")) return;
    queueMicrotask(() => {
      if (document.activeElement !== field) return;
      const option = optionOf(field);
      if (!field.value) field.dispatchEvent(new Event("input", { bubbles: true }));
      else if (option?.present && option.valid) {
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
      }
    });
  });
  let choosing = false;
  composer.addEventListener("focusin", () => { choosing = false; });
  composer.addEventListener("keydown", (event) => {
    const field = event.target;
    choosing = event.key === "ArrowDown" || event.key === "ArrowUp" || (choosing && event.key === "Enter");
    if (event.key !== "Enter" || event.isComposing || !picker()?.draft) return;
    if (field.matches(".command-chip")) {
      // The list of further options is open, and nothing was looked for in it.
      if (choosing || picker().draft.missingRequired.length) return;
    } else if (field.matches(".command-option-input")) {
      const option = optionOf(field);
      const offered = composer.querySelector('.command-suggestion[aria-selected="true"]');
      if (!offered || !option?.present || !option.valid || String(option.display) !== offered.dataset.value) return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
    composer.requestSubmit();
  }, true);

  poll();
})();

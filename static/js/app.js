// Small helps on top of pages that work without them. No framework; nothing here decides anything.
"use strict";

document.documentElement.classList.add("js");

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// ---- error summary: take the focus, and lead to the field (for a group: to its first choice)
function errorSummary() {
  const summary = document.querySelector("[data-focus]");
  if (!summary) return;
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    const control = target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
    (target.closest('[id^="div_id_"]') || target).scrollIntoView({ block: "start", behavior: "instant" });
    (control || target).focus({ preventScroll: true });
  });
}

// ---- forms: warn before typed text is lost, and send once
const changed = new Set();
// Shown again with what was typed, which is not saved anywhere yet: refused, or given one row more.
const UNSAVED = ".error-summary, form[data-unsaved]";

// By attribute: a field may be named "method" or "action" and hide the property.
const posts = (form) => form.getAttribute("method")?.toLowerCase() === "post";

function guardForms() {
  for (const form of all("form")) {
    if (!posts(form) || "unguarded" in form.dataset) continue;
    if (document.querySelector(UNSAVED)) changed.add(form);
    form.addEventListener("input", () => changed.add(form));
  }
  window.addEventListener("beforeunload", (event) => {
    if (changed.size) event.preventDefault();
  });
}

function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !posts(form)) return;
    if ("sending" in form.dataset) {
      event.preventDefault();
      return;
    }
    changed.delete(form);
    if ("repeatable" in form.dataset) return;
    form.dataset.sending = "";
    // Only now, else the pressed button's own name and value would not be sent.
    setTimeout(() => {
      for (const button of all('button:not([type="button"]), input[type="submit"]', form)) {
        if (button.disabled) continue;
        button.disabled = true;
        button.dataset.busy = "";
      }
    });
  });
  // Back from the next page, or a page kept by the browser: the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-sending]")) delete form.dataset.sending;
    for (const button of all("[data-busy]")) {
      button.disabled = false;
      delete button.dataset.busy;
    }
  });
}

// ---- drafts: what is typed is kept on the server until it is sent (people/drafts.py)
const DRAFTS = "/konsep-isian/";
const PAUSE = 3000; // ms after the last key
const APART = 10000; // ms between two savings
const AGAIN = [10000, 20000, 40000, 60000]; // ms until a failed one is tried again

function keepDrafts() {
  if (!document.body.dataset.user) return;
  for (const form of all("form")) {
    if (posts(form) && !("unguarded" in form.dataset) && form.querySelector('input[name="_key"]')) keepDraft(form);
  }
}

function keepDraft(form) {
  const note = make("p", { className: "draft-note" });
  const key = form.querySelector('input[name="_key"]');
  const address = new URL(form.getAttribute("action") || location.href, location.href);
  let version = null; // null: not known, because nothing was saved yet or an answer got lost
  let timer = 0;
  let typedAt = 0; // since when something is unsaved; 0: nothing is
  let savedAt = 0;
  let busy = false;
  let failures = 0;
  let sending = false;
  (all(".form-buttons", form).at(-1) || form).append(note);

  function say(text, failed = false) {
    note.toggleAttribute("data-failed", failed);
    // Screen readers hear of trouble, not of every saving.
    note.setAttribute("aria-live", failed ? "polite" : "off");
    if (note.textContent !== text) note.textContent = text;
  }

  function content() {
    const secret = new Set(all('input[type="password"]', form).map((input) => input.name));
    const fields = [];
    const files = [];
    for (const [name, value] of new FormData(form)) {
      if (value instanceof File) value.name && files.push(value.name);
      else if (name !== "csrfmiddlewaretoken" && !secret.has(name)) fields.push([name, value]);
    }
    const path = address.pathname + address.search;
    return JSON.stringify({ user: Number(document.body.dataset.user), path, key: key.value, version, fields, files });
  }

  function plan(wait) {
    clearTimeout(timer);
    if (typedAt && !sending) timer = setTimeout(save, Math.max(0, wait));
  }

  function touched() {
    const now = Date.now();
    typedAt ||= now;
    // After a pause, but not later than some seconds after the first key, and not too often.
    plan(Math.max(Math.min(PAUSE, typedAt + APART - now), savedAt + APART - now));
  }

  async function save(last = false) {
    if (!typedAt || sending || (busy && !last)) return;
    clearTimeout(timer);
    const since = typedAt;
    const body = content();
    const token = form.querySelector('input[name="csrfmiddlewaretoken"]')?.value || "";
    const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token };
    busy = true;
    typedAt = 0;
    savedAt = Date.now();
    let wait = APART;
    try {
      const answer = await fetch(DRAFTS, { method: "POST", headers, body, keepalive: last === true && body.length < 60000 });
      const said = await answer.json();
      if (answer.ok) {
        version = said.version;
        failures = 0;
        seen();
        say(`Tersimpan sebagai konsep ${said.saved}`);
      } else if (answer.status === 401 || answer.status === 403) {
        // No session, or a token from before a login in another tab: ask who is there, then go on.
        typedAt ||= since;
        wait = 0;
        if (answer.status === 401) say("Belum tersimpan: sesi berakhir", true);
        document.dispatchEvent(new Event("sopcases:gone"));
      } else if (answer.status === 409 && said.key) {
        // Another tab holds the same form (a tab made double): this one goes on as a form of its own.
        key.value = said.key;
        version = null;
        typedAt ||= since;
      } else {
        say(said.error, true);
      }
    } catch {
      typedAt ||= since;
      version = null;
      wait = AGAIN[Math.min(failures++, AGAIN.length - 1)];
      say("Belum tersimpan: sambungan terputus", true);
    } finally {
      busy = false;
      if (wait) plan(wait);
    }
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", (event) => {
    sending = !event.defaultPrevented;
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => (sending = false));
  window.addEventListener("pagehide", () => save(true));
  window.addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => document.hidden && save(true));
  document.addEventListener("sopcases:back", () => save());
  if (document.querySelector(UNSAVED)) touched();
}

// ---- session: say so in time, and keep what was typed
const LAST_SEEN = "sopcases-last-seen";
const WARN_MINUTES = 3;
// Other tabs keep the same session alive: the newest page load or saving of any of them counts.
const seen = () => localStorage.setItem(LAST_SEEN, String(Date.now()));

function sessionEnd() {
  const idle = Number(document.body.dataset.idleMinutes);
  if (!idle) return;
  const warnAfter = Math.max(idle - WARN_MINUTES, idle / 2);
  let notice = null;

  const close = () => {
    notice?.remove();
    notice = null;
  };

  async function stay() {
    try {
      const answer = await fetch(DRAFTS, { headers: { Accept: "application/json" } });
      if (!answer.ok) return show("ended");
      const { user, token } = await answer.json();
      if (String(user) !== document.body.dataset.user) return show("other");
      // A new login changes the token: forms already open take over the new one.
      for (const input of all('input[name="csrfmiddlewaretoken"]')) input.value = token;
      seen();
      close();
      document.dispatchEvent(new Event("sopcases:back"));
    } catch {
      show("offline");
    }
  }

  const texts = {
    soon: ["Sesi Anda akan segera berakhir", "Simpan isian Anda, atau pilih tetap masuk.", "Tetap masuk"],
    ended: [
      "Sesi Anda sudah berakhir",
      "Tulisan di halaman ini belum hilang. Masuk lagi di tab baru, lalu kembali ke sini dan pilih lanjutkan.",
      "Lanjutkan",
    ],
    other: [
      "Pengguna lain sudah masuk di peramban ini",
      "Isian di halaman ini tidak disimpan atas namanya. Salin yang perlu, atau masuk lagi dengan akun Anda sendiri di tab baru.",
      "Lanjutkan",
    ],
    offline: ["Tidak ada sambungan", "Tulisan di halaman ini belum hilang. Periksa jaringan, lalu coba lagi.", "Coba lagi"],
  };

  function show(state) {
    if (notice?.dataset.state === state) return;
    close();
    const [title, text, label] = texts[state];
    const button = make("button", { type: "button", className: "btn btn-primary", textContent: label });
    button.addEventListener("click", stay);
    const buttons = make("div", { className: "form-buttons mt-0" }, button);
    if (state === "ended" || state === "other") {
      buttons.prepend(
        make("a", { className: "btn btn-outline-primary", href: "/masuk/", target: "_blank", textContent: "Masuk di tab baru" }),
      );
    }
    notice = make(
      "section",
      { className: "session-notice" },
      make("h2", { textContent: title }),
      make("p", { textContent: text }),
      buttons,
    );
    notice.dataset.state = state;
    notice.setAttribute("role", "alert");
    document.body.append(notice);
  }

  document.addEventListener("sopcases:gone", stay);
  // Back from the tab of the login: go on without being asked.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && notice && notice.dataset.state !== "soon") stay();
  });

  seen();
  setInterval(() => {
    const minutes = (Date.now() - Number(localStorage.getItem(LAST_SEEN))) / 60000;
    if (minutes >= idle) show("ended");
    else if (minutes >= warnAfter) show("soon");
    else if (notice?.dataset.state === "soon") close();
  }, 15000);
}

// ---- chosen files: names and, of photos, a picture (data: only, the policy allows no blob:)
const PREVIEW_LIMIT = 15 * 1024 * 1024;

function size(bytes) {
  const units = bytes < 1024 * 1024 ? [bytes / 1024, "kB"] : [bytes / 1024 / 1024, "MB"];
  return `${units[0].toLocaleString("id", { maximumFractionDigits: 1 })} ${units[1]}`;
}

function previews() {
  for (const input of all('input[type="file"]')) {
    const list = make("ul", { className: "previews" });
    list.setAttribute("aria-label", "Berkas yang dipilih");
    input.insertAdjacentElement("afterend", list);
    input.addEventListener("change", () => {
      list.replaceChildren(
        ...[...input.files].map((file) => {
          const item = make(
            "li",
            {},
            make("span", { textContent: file.name }),
            make("div", { className: "preview-size", textContent: size(file.size) }),
          );
          if (/^image\/(jpeg|png)$/.test(file.type) && file.size <= PREVIEW_LIMIT) {
            const reader = new FileReader();
            reader.addEventListener("load", () => item.prepend(make("img", { src: reader.result, alt: "" })));
            reader.readAsDataURL(file);
          }
          return item;
        }),
      );
    });
  }
}

// ---- table of children: cells pasted from a spreadsheet spread over the rows; the server reads what does not fit
function spreading() {
  const roster = document.querySelector("[data-roster]");
  if (!roster) return;
  const cellsOf = (row) => all(".roster-cell input[type='text'], .roster-cell select", row);
  const fill = (cell, text) => {
    if (cell.matches("select") && ![...cell.options].some((option) => option.value === text)) {
      cell.append(make("option", { value: text, textContent: text }));
    }
    cell.value = text;
  };
  roster.addEventListener("paste", (event) => {
    const row = event.target.closest("[data-row]");
    const text = event.clipboardData?.getData("text/plain").replace(/\r/g, "").replace(/\n+$/, "") ?? "";
    if (!row || !/[\t\n]/.test(text)) return;
    const lines = text.split("\n").map((line) => line.split("\t"));
    const rows = all("[data-row]", roster);
    const free = rows.slice(rows.indexOf(row));
    const start = cellsOf(row).indexOf(event.target);
    const plain = lines.length <= free.length && !text.includes('"') && !lines[0].some((cell) => /^\s*nama/i.test(cell));
    const fits = plain && lines.every((line) => start + line.length <= cellsOf(row).length);
    if (start > 0 && !fits) return;
    event.preventDefault();
    if (fits) {
      lines.forEach((line, down) => line.forEach((cell, across) => fill(cellsOf(free[down])[start + across], cell.trim())));
      event.target.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      roster.querySelector("[name='paste']").value = text;
      roster.querySelector("button[value='paste']").click();
    }
  });
}

// ---- copy: <button data-copy="text"> or <button data-copy="#id">
function copying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const wanted = button.dataset.copy;
    const text = wanted.startsWith("#") ? document.querySelector(wanted)?.textContent.trim() : wanted;
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text ?? "");
      button.textContent = "Tersalin";
    } catch {
      button.textContent = "Tidak dapat disalin";
    }
    setTimeout(() => (button.textContent = before), 2500);
  });
}

// ---- menus made of <details> close on Escape and on a click elsewhere
function menus() {
  const open = () => document.querySelector("details.person[open]");
  document.addEventListener("click", (event) => {
    const menu = open();
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && open();
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// ---- a file that is being made: go on with it while its page is open (desk/reports/making.py)
function making() {
  const form = document.querySelector("[data-making]");
  if (!form) return;
  const bar = form.querySelector("progress");
  const note = form.querySelector("[data-said]");
  const token = form.querySelector('input[name="csrfmiddlewaretoken"]').value;

  async function step() {
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": token };
      const answer = await fetch(location.pathname, { method: "POST", headers });
      if (answer.status >= 500) return setTimeout(step, AGAIN[0]);
      if (!answer.ok) return location.reload();
      const { done, open, said } = await answer.json();
      if (!open) return location.reload();
      bar.value = done;
      note.textContent = said;
      setTimeout(step, 500);
    } catch {
      setTimeout(step, AGAIN[0]);
    }
  }

  step();
}

// ---- Tugas Saya by keyboard: j and k go from task to task, Enter opens, 1 to 9 open the first ones; can be switched off
const KEYS_OFF = "sopcases-keys-off";

function taskKeys() {
  const button = document.querySelector("[data-task-keys]");
  if (!button) return;
  const on = () => localStorage.getItem(KEYS_OFF) === null;
  const tell = () => (button.textContent = on() ? "Matikan pintasan" : "Nyalakan pintasan");
  tell();
  button.addEventListener("click", () => {
    if (on()) localStorage.setItem(KEYS_OFF, "1");
    else localStorage.removeItem(KEYS_OFF);
    tell();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, [contenteditable], details[open]");
    if (!on() || typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const tasks = all(".task-action");
    const here = tasks.indexOf(document.activeElement);
    if (/^[1-9]$/.test(event.key) && tasks[event.key - 1]) {
      event.preventDefault();
      tasks[event.key - 1].click();
    } else if ((event.key === "j" || event.key === "k") && tasks.length) {
      event.preventDefault();
      const next = event.key === "j" ? here + 1 : here < 0 ? tasks.length - 1 : here - 1;
      tasks[Math.max(0, Math.min(next, tasks.length - 1))].focus();
    }
  });
}

errorSummary();
guardForms();
sendOnce();
sessionEnd();
keepDrafts();
previews();
spreading();
copying();
menus();
taskKeys();
making();

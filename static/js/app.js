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

// By attribute: a field may be named "method" or "action" and hide the property.
const posts = (form) => form.getAttribute("method")?.toLowerCase() === "post";

function guardForms() {
  for (const form of all("form")) {
    if (!posts(form) || "unguarded" in form.dataset) continue;
    // After a refusal the page comes back with what was typed, and that is not saved either.
    if (document.querySelector(".error-summary")) changed.add(form);
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

// ---- session: say so in time, and keep what was typed
const LAST_SEEN = "sopcases-last-seen";
const WARN_MINUTES = 3;

function sessionEnd() {
  const idle = Number(document.body.dataset.idleMinutes);
  if (!idle) return;
  const warnAfter = Math.max(idle - WARN_MINUTES, idle / 2);
  // Other tabs keep the same session alive: the newest page load of any of them counts.
  const seen = () => localStorage.setItem(LAST_SEEN, String(Date.now()));
  let notice = null;

  const close = () => {
    notice?.remove();
    notice = null;
  };

  async function stay() {
    try {
      const answer = await fetch("/", { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.body.classList.contains("has-nav")) return show("ended");
      // A new login changes the token: forms already open take over the new one.
      const token = page.querySelector('input[name="csrfmiddlewaretoken"]')?.value;
      if (token) for (const input of all('input[name="csrfmiddlewaretoken"]')) input.value = token;
      seen();
      close();
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
    offline: ["Tidak ada sambungan", "Tulisan di halaman ini belum hilang. Periksa jaringan, lalu coba lagi.", "Coba lagi"],
  };

  function show(state) {
    if (notice?.dataset.state === state) return;
    close();
    const [title, text, label] = texts[state];
    const button = make("button", { type: "button", className: "btn btn-primary", textContent: label });
    button.addEventListener("click", stay);
    const buttons = make("div", { className: "form-buttons mt-0" }, button);
    if (state === "ended") {
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

errorSummary();
guardForms();
sendOnce();
sessionEnd();
previews();
copying();
menus();

// The check page: a chosen file is compared by SHA-256 here in the browser, before anything is sent.
"use strict";

for (const form of document.querySelectorAll("form[data-hashes]")) {
  const known = new Map(form.dataset.hashes.split(";").map((pair) => pair.split("=")));
  const result = form.querySelector(".check-result");
  form.querySelector('input[type="file"]').addEventListener("change", async (event) => {
    const [file] = event.target.files;
    result.hidden = true;
    // Only where the page came safely does the browser lend its digest; else the file is sent.
    if (!file || !globalThis.crypto?.subtle) return;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const what = known.get([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    result.textContent = what
      ? `Berkas ini sama persis dengan ${what}.`
      : "Berkas ini tidak sama dengan yang disimpan untuk naskah ini. Kirim berkasnya bila ingin diperiksa lebih lanjut.";
    result.hidden = false;
  });
}

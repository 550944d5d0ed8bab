/*
 * Asks the server about a form while it is filled in, and shows what it says beside it.
 *
 *   data-checks="URL"   within a form: its fields go to that address whenever typing pauses
 *   data-says           a status, which screen readers read out: gets the answer's data-summary
 *   data-found          gets the answer itself
 *   data-shows="#id"    a button that selects the words from data-from to data-to in that field
 *
 * Without this file the button "Check" shows the same on the same page, with all that was typed.
 */
"use strict";
for (const place of document.querySelectorAll("[data-checks]")) {
  const PAUSE = 500;
  const form = place.closest("form");
  const says = place.querySelector("[data-says]");
  const found = place.querySelector("[data-found]");
  let timer = 0;
  let request = null;

  const say = (text) => { if (says.textContent !== text) says.textContent = text; };

  function show(answer) {
    const part = new DOMParser().parseFromString(answer, "text/html").querySelector("[data-summary]");
    if (!part) return;
    const holdsFocus = found.contains(document.activeElement);
    for (const each of part.querySelectorAll("[data-needs-script]")) each.hidden = false;
    if (found.innerHTML === part.outerHTML) return;
    found.replaceChildren(document.adoptNode(part));
    // What had the focus is gone; the way on begins where it was.
    if (holdsFocus) place.querySelector("button[name=_check]").focus();
    say(part.dataset.summary);
  }

  async function ask() {
    request?.abort();
    const own = request = new AbortController();
    try {
      const body = new FormData(form);
      const answer = await fetch(place.dataset.checks, { method: "POST", body, signal: own.signal });
      if (answer.ok && !answer.redirected) show(await answer.text());
      else say("This could not be checked. What you typed is still here.");
    } catch (error) {
      if (error.name !== "AbortError") say("The check cannot be reached. What you typed is still here.");
    }
  }

  function changed() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  function select(button) {
    const field = document.querySelector(button.dataset.shows);
    // The server counts characters, and the browser halves of some.
    const units = (n) => [...field.value].slice(0, n).join("").length;
    field.focus();
    field.setSelectionRange?.(units(+button.dataset.from), units(+button.dataset.to));
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shows]");
    if (button) select(button);
  });
  for (const each of place.querySelectorAll("[data-needs-script]")) each.hidden = false;
}

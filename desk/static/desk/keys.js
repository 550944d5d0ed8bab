/*
 * Keys for the queue and for the page of one question.
 *
 * The pages say which key does what; this file only listens. Whatever a key does, a visible link,
 * button or field does, too, so that nothing here is needed to work.
 *
 *   data-key="y"            the element that y uses: a choice is chosen, a field gets the focus,
 *                           a link or button is pressed
 *   data-key="Ctrl+Enter"   works inside of text fields, too; the Command key counts as Ctrl
 *   data-takes-row          a button for rows that are ticked; where none is, it takes the current
 *   data-row                the link of one row of a list: j and k go from one to the next
 *   data-takes-selection    a field that the words chosen on the page are put into
 *   data-fill="#id_x"       a button that puts its data-value into that field
 *   data-only-with-keys     shown only while keys work
 *
 * Single keys do nothing in text fields, and can be turned off (WCAG 2.1.4) in the dialog that
 * "?" opens; the browser remembers it. aria-keyshortcuts tells screen readers of each key.
 */
"use strict";
{
  const MEMORY = "hindcast.keys";
  const TYPED_INTO = "textarea, select, [contenteditable], input:not([type=radio], " +
    "[type=checkbox], [type=button], [type=submit], [type=file])";
  const root = document.documentElement;
  const dialog = document.getElementById("keys-dialog");
  const said = document.getElementById("keys-said");
  let row = 0;

  const areOn = () => localStorage.getItem(MEMORY) !== "off";
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const say = (text) => { said.textContent = text; };

  function turn(on) {
    localStorage.setItem(MEMORY, on ? "on" : "off");
    root.classList.toggle("keys-on", on);
    for (const element of document.querySelectorAll("[data-key]")) {
      const key = element.dataset.key.replace("Ctrl", "Control");
      if (on) element.setAttribute("aria-keyshortcuts", key);
      else element.removeAttribute("aria-keyshortcuts");
    }
  }

  function move(step) {
    const links = rows();
    if (!links.length) return;
    const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    row = here < 0 ? (step > 0 ? row : links.length) : Math.min(links.length - 1, here + step);
    if (here < 0 && step < 0) row = links.length - 1;
    links[Math.max(0, row)].focus();
  }

  function open() {
    const link = rows().find((each) => each.closest("tr").contains(document.activeElement));
    (link || rows()[row])?.click();
  }

  function tick(link) {
    const box = link?.closest("tr").querySelector("input[type=checkbox]");
    box?.click();
  }

  function use(element) {
    if (element.dataset.takesRow !== undefined &&
        !document.querySelector("#result_list tbody input:checked")) {
      tick(rows().find((each) => each.closest("tr").contains(document.activeElement)) || rows()[0]);
    }
    if (element.matches("[type=radio], [type=checkbox]")) {
      element.click();
      element.focus();
    } else if (element.matches("input, textarea, select")) {
      const chosen = element.dataset.takesSelection ? String(getSelection()).trim() : "";
      if (chosen) element.value = chosen;
      element.focus();
      element.select?.();
    } else {
      // A summary or button that stays on the page keeps the focus, as if it had been clicked.
      element.focus();
      element.click();
    }
  }

  function fill(button) {
    const field = document.querySelector(button.dataset.fill);
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    say(`${field.labels[0].innerText}: ${button.dataset.says}`);
  }

  const OWN = {
    j: () => move(1),
    k: () => move(-1),
    o: open,
    "?": () => dialog.showModal(),
  };

  function isTypedInto(target) {
    return target.matches(TYPED_INTO);
  }

  function pressed(event) {
    if (event.defaultPrevented || event.isComposing || event.altKey || dialog.open) return;
    if (event.key === "Escape" && isTypedInto(event.target)) {
      // The way back from typing to keys; the page itself can be focused for that.
      document.getElementById("content-start").focus({ preventScroll: true });
      return;
    }
    const withControl = event.ctrlKey || event.metaKey;
    const key = withControl ? `Ctrl+${event.key}` : event.key;
    if (!withControl && (!areOn() || isTypedInto(event.target) || event.repeat && !"jk".includes(key))) {
      return;
    }
    // In a closed part of the page nothing can be reached, by key or otherwise.
    const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)]
      .find((each) => each.checkVisibility());
    // Not while Ctrl is held: some browsers would then open what follows in another tab.
    if (element && withControl) setTimeout(() => use(element));
    else if (element) use(element);
    else if (!withControl && Object.hasOwn(OWN, key)) OWN[key]();
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (button) fill(button);
    if (event.target.closest("[data-opens-keys]")) dialog.showModal();
  });
  const box = document.getElementById("keys-switch");
  box.checked = areOn();
  box.addEventListener("change", () => {
    turn(box.checked);
    say(box.checked ? "Single keys are on." : "Single keys are off.");
  });
  for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
  turn(areOn());
}

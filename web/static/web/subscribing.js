// Two conveniences of the subscribers' forms; without this file they work as well.
"use strict";

// The time zone that the browser knows, unless somebody has chosen one.
function guessZone(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isUntouched = select.value === "UTC";
  if (isUntouched && [...select.options].some((option) => option.value === zone)) {
    select.value = zone;
  }
}

// A field above a long list that leaves what is searched for, and what is ticked.
function addSearch(fieldset, number) {
  const items = [...fieldset.querySelectorAll("li")];
  if (items.length < 9) {
    return;
  }
  const label = document.createElement("label");
  const input = document.createElement("input");
  const said = document.createElement("span");
  label.textContent = fieldset.dataset.search;
  label.htmlFor = input.id = `search-${number}`;
  input.type = "search";
  said.setAttribute("role", "status");
  said.className = "note";
  input.addEventListener("input", () => {
    const wanted = plain(input.value);
    let count = 0;
    for (const item of items) {
      const fits = plain(item.textContent).includes(wanted);
      count += fits;
      item.hidden = !fits && !item.querySelector("input").checked;
    }
    said.textContent = wanted ? `${count} found` : "";
  });
  // The form is not sent by who only wanted to search.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
    }
  });
  fieldset.querySelector("ul").before(label, input, said);
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

document.querySelectorAll("select[data-guess]").forEach(guessZone);
document.querySelectorAll("fieldset.picks").forEach(addSearch);

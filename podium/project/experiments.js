"use strict";
// Hides the runs that lack a word of the search.
const search = document.getElementById("search");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const run of document.querySelectorAll("tr.run")) {
    const text = run.textContent.toLowerCase();
    run.hidden = !words.every(word => text.includes(word));
  }
});

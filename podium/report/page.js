"use strict";
// Pictures grow in a dialog (click or Enter; Escape closes it). A filter hides cards that lack its class.
const dialog = document.querySelector("dialog");
const large = dialog.querySelector("img");
function enlarge(picture) {
  large.src = picture.src;
  large.alt = picture.alt;
  dialog.querySelector("p").textContent = picture.alt;
  dialog.showModal();
}
for (const picture of document.querySelectorAll(".card:not(.sheet) img")) {
  picture.tabIndex = 0;
  picture.addEventListener("click", () => enlarge(picture));
  picture.addEventListener("keydown", event => { if (event.key === "Enter") enlarge(picture); });
}
dialog.addEventListener("click", () => dialog.close());
for (const filter of document.querySelectorAll(".filter")) {
  const cards = filter.closest("section").querySelectorAll(".card[data-names]");
  filter.addEventListener("change", () => {
    for (const card of cards) card.hidden = filter.value !== "" && !JSON.parse(card.dataset.names).includes(filter.value);
  });
}

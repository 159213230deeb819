// What a page says where Firefox keeps the extension out: in private windows, and so everywhere under “Never remember history”.

import { keptOut as english } from "../_locales/en/messages.json";
import { keptOut as french } from "../_locales/fr/messages.json";

// The page loads there too, but without `browser`: neither the background nor the texts can be reached.
if (typeof browser === "undefined") {
  const inFrench = navigator.language.startsWith("fr");
  const notice = document.createElement("p");
  notice.className = "notice danger";
  notice.setAttribute("role", "alert");
  notice.dataset.testid = "kept-out";
  notice.textContent = (inFrench ? french : english).message;
  document.documentElement.lang = inFrench ? "fr" : "en";
  document.body.replaceChildren(notice);
  throw new Error("Firefox keeps Keepsake out of private windows.");
}

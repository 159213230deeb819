// What is wrong with a field, below it: read out when it appears.

import { html, nothing, type TemplateResult } from "lit";
import { icon } from "./icons";

/** The id is also the test id, and what the field names as its description. */
export function problem(id: string, text: string | undefined): TemplateResult {
  return html`<div id=${id} role="alert" data-testid=${id}>
    ${text ? html`<p class="problem">${icon("alert")}<span>${text}</span></p>` : nothing}
  </div>`;
}

// Memories that are set aside, since what is stored of them is not what was written: what is known of each, and two ways out.

import { html, nothing } from "lit";
import { PageElement } from "../../../components/element";
import { counted, formatDay, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { owner } from "../../../components/owner";
import { kindName, sensitivityName } from "../../../components/terms";
import type { AsidePage, AsideView } from "../../../generated/messages";
import "../../../components/confirm";
import type { Confirm } from "../../../components/confirm";

export class Aside extends PageElement {
  static override properties = { page: { attribute: false } };
  declare page: AsidePage;

  protected override render(): unknown {
    const { total, items } = this.page;
    const more = total - items.length;
    return html`<div class="stack">
      <p>${t("asideText")}</p>
      <div class="row">
        <a class="button" href="#backup" data-testid="aside-restore">${icon("tray")}${t("asideRestore")}</a>
        ${
          items.length > 1
            ? html`<button type="button" class="quiet danger push" data-testid="aside-forget-all" @click=${() => this.#ask(items)}>
                ${counted("asideForgetAll", items.length)}
              </button>`
            : nothing
        }
      </div>
      <ul class="decisions" aria-label=${t("aside")}>
        ${items.map((each) => this.#item(each))}
      </ul>
      ${more > 0 ? html`<button type="button" class="more" data-testid="aside-more" @click=${this.#more}>${counted("showMore", more)}</button>` : nothing}
      <ks-confirm></ks-confirm>
    </div>`;
  }

  #item(item: AsideView): unknown {
    const { id, kind, scopes, sensitivity, created, updated } = item;
    const day = formatDay(created);
    const changed = formatDay(updated);
    return html`<li class="decision" data-testid="aside" data-id=${id}>
      <div class="stack tight">
        <ul class="chips memory-facts">
          <li class="chip">${kindName(kind)}</li>
          ${scopes.map((scope) => html`<li class="chip accent">${scope}</li>`)}
          ${sensitivity === "normal" ? nothing : html`<li class=${sensitivity === "personal" ? "chip" : "chip caution"}>${sensitivityName(sensitivity)}</li>`}
        </ul>
        <p class="small soft">${changed === day ? t("asideKept", day) : t("asideKeptChanged", day, changed)}</p>
      </div>
      <button
        type="button"
        class="quiet danger small"
        data-testid="aside-forget"
        aria-label=${t("asideForgetLabel", kindName(kind), day)}
        @click=${() => this.#ask([item])}
      >
        ${t("forget")}
      </button>
    </li>`;
  }

  #more = (): void => {
    this.dispatchEvent(new CustomEvent("morewanted", { bubbles: true }));
  };

  async #ask(items: readonly AsideView[]): Promise<void> {
    await this.querySelector<Confirm>("ks-confirm")?.ask({
      heading: counted("asideForgetHeading", items.length),
      text: [t("asideForgetText")],
      confirm: t("forget"),
      act: async () => {
        const forgotten = await owner.command({ command: "aside_forget", ids: items.map(({ id }) => id) });
        const detail = { text: counted("asideForgotten", forgotten) };
        this.dispatchEvent(new CustomEvent("done", { detail, bubbles: true }));
      },
    });
  }
}

customElements.define("ks-aside", Aside);

/** Fetches the page again at its interval and puts the new [data-refresh] parts in place. Rests while the page is hidden. */
export class Refresh extends HTMLElement {
  private timer = 0;
  private last = new Map<string, string>();

  connectedCallback(): void {
    for (const part of this.querySelectorAll("[data-refresh]")) this.last.set(part.id, "");
    this.plan();
    document.addEventListener("visibilitychange", this.plan);
  }

  disconnectedCallback(): void {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.plan);
  }

  private readonly plan = (): void => {
    clearTimeout(this.timer);
    const interval = Number(this.getAttribute("interval") ?? 5000);
    if (!document.hidden) this.timer = window.setTimeout(() => void this.run(), interval);
  };

  private async run(): Promise<void> {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.ok) this.take(new DOMParser().parseFromString(await answer.text(), "text/html"));
      else if (answer.status === 404) location.reload();
    } catch {
      // The server is away; the next round tries again.
    }
    if (this.isConnected) this.plan();
  }

  private take(page: Document): void {
    const fresh = page.querySelector("earshot-refresh");
    if (!fresh) {
      // The call has ended: the page as a whole is another one now.
      if (!document.querySelector("earshot-player.playing")) location.reload();
      return;
    }
    this.setAttribute("interval", fresh.getAttribute("interval") ?? "5000");
    for (const part of fresh.querySelectorAll<HTMLElement>("[data-refresh]")) this.replace(part);
    this.dispatchEvent(new CustomEvent("earshot-refreshed", { bubbles: true, detail: page }));
  }

  private replace(part: HTMLElement): void {
    const old = document.getElementById(part.id);
    const html = part.innerHTML;
    if (!old || this.last.get(part.id) === html) return;
    this.last.set(part.id, html);
    // A details that someone opened, and text that someone marks, stay as they are.
    if (old.querySelector("details[open]") || (getSelection()?.isCollapsed === false && old.contains(getSelection()?.anchorNode ?? null))) return;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = old.querySelector(".scroll")?.scrollTop ?? 0;
    const nodes = [...document.importNode(part, true).childNodes];
    old.replaceChildren(...nodes);
    if (scrolled > 0) old.querySelector(".scroll")?.scrollTo(0, scrolled);
    if (focused?.id) document.getElementById(focused.id)?.focus({ preventScroll: true });
  }
}

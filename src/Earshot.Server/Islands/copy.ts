const shownMs = 1500;

/** Text with a button that copies it. */
export class Copy extends HTMLElement {
  connectedCallback(): void {
    if (this.querySelector("button")) return;
    const code = this.querySelector("code");
    const text = code?.textContent ?? "";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy ${text.length > 24 ? `${text.slice(0, 24)}…` : text}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        if (code) getSelection()?.selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => (button.textContent = "Copy"), shownMs);
    });
    this.append(button);
  }
}

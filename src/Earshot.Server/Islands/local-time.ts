const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "short", day: "2-digit" });
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

/** Shows its <time> in the browser's own time zone; the title keeps UTC. */
export class LocalTime extends HTMLElement {
  connectedCallback(): void {
    const element = this.querySelector("time");
    const moment = element ? new Date(element.dateTime) : null;
    if (!element || !moment || Number.isNaN(moment.getTime())) return;
    const isToday = day.format(moment) === day.format(new Date());
    element.textContent = isToday ? `Today ${time.format(moment)}` : `${day.format(moment)}, ${time.format(moment)}`;
  }
}

/**
 * The last day as bars, an hour each: what is done below, what is on its way and what failed above it.
 */
import { HOUR_MS, type Hour } from '../../domain/overview.ts';
import { type Html, html } from '../html.ts';

const WIDTH = 480;
const HEIGHT = 88;
const BASE = 70;
const TOP = 8;
const STEP = WIDTH / 24;
const BAR = STEP - 4;
/** Times below every so many bars. */
const LABELLED = 6;

export function renderChart(hours: readonly Hour[]): Html {
  const most = Math.max(1, ...hours.map(totalOf));
  const sumOf = (count: (hour: Hour) => number) => hours.reduce((sum, hour) => sum + count(hour), 0);
  const total = sumOf(totalOf);
  const [done, open, failed] = [sumOf((hour) => hour.done), sumOf((hour) => hour.open), sumOf((hour) => hour.failed)];
  const summary = `Pushes of the last 24 hours: ${total}, of which ${failed} failed; at most ${most} an hour`;
  return html`<figure class="chart">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
<line class="base" x1="0" y1="${BASE + 0.5}" x2="${WIDTH}" y2="${BASE + 0.5}"/>
${hours.map((hour, index) => bars(hour, index, most))}
${hours.map((hour, index) => (index % LABELLED === 0 || index === hours.length - 1 ? label(hour, index) : ''))}
</svg>
<figcaption>Pushes, last 24 h <span class="key"><span class="state done">${done} done</span><span class="state running">${open} on the way</span><span class="state failed">${failed} failed</span></span></figcaption>
</figure>`;
}

function bars(hour: Hour, index: number, most: number): Html {
  const x = index * STEP + 2;
  const title = `${clock(hour.startsAt)} to ${clock(hour.startsAt + HOUR_MS)} UTC: ${hour.done} done, ${hour.open} on the way, ${hour.failed} failed`;
  const parts: Html[] = [];
  let top = BASE;
  for (const kind of ['done', 'open', 'failed'] as const) {
    if (hour[kind] === 0) continue;
    const height = Math.max(2, (hour[kind] / most) * (BASE - TOP));
    top -= height;
    parts.push(
      html`<rect class="${kind}" x="${x}" y="${top.toFixed(1)}" width="${BAR}" height="${height.toFixed(1)}"/>`,
    );
  }
  return html`<g><title>${title}</title>${parts}<rect class="touch" x="${x - 2}" y="0" width="${STEP}" height="${BASE}"/></g>`;
}

function label({ startsAt }: Hour, index: number): Html {
  const isLast = index > 20;
  return html`<text x="${isLast ? WIDTH : index * STEP + 2}" y="${HEIGHT - 3}"${isLast ? html` text-anchor="end"` : ''}>${isLast ? 'now' : clock(startsAt)}</text>`;
}

function totalOf({ done, open, failed }: Hour): number {
  return done + open + failed;
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

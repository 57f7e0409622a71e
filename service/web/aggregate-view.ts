import type { TopicSentiment, UserSentiment } from '../http/routes/features/schemas.ts';
import { donut, timeline } from './charts.ts';
import { element } from './dom.ts';
import { downloadButtons } from './downloads.ts';
import { count, percent, share, shortDates } from './format.ts';
import { LABELS, NAMES, namedSwatch, sharesInWords } from './labels.ts';
import { othersNote } from './languages.ts';
import { LiveChart } from './live-chart.ts';
import { chartBox, figures, folded } from './panel.ts';

export type Aggregate = TopicSentiment | UserSentiment;

/** One aggregate: a donut and a timeline, each with a table of its figures. */
export class AggregateView {
  readonly root: HTMLElement;
  readonly #donut: LiveChart<'doughnut'>;
  readonly #timeline: LiveChart<'bar'>;
  readonly #total = element('p', { class: 'donut-total', 'aria-hidden': 'true' });
  readonly #labels = element('div');
  readonly #others = element('p', { class: 'hint others' });
  readonly #days: HTMLElement;
  #subject = '';
  #aggregate: Aggregate | undefined;

  constructor() {
    const shares = chartBox('donut');
    const days = chartBox('timeline');
    const { details, place } = folded('Figures of each day');
    shares.box.append(this.#total);
    this.#donut = new LiveChart(shares.canvas);
    this.#timeline = new LiveChart(days.canvas);
    this.#days = place;
    this.root = element(
      'div',
      {},
      element('div', { class: 'overview' }, shares.box, this.#labels),
      downloadButtons('tweets by label', () => this.#labelsDownload()),
      this.#others,
      days.box,
      downloadButtons('tweets a day by label', () => this.#daysDownload()),
      details,
    );
  }

  show(subject: string, aggregate: Aggregate): void {
    this.#subject = subject;
    this.#aggregate = aggregate;
    const { total, counts, timeline: days, otherLanguages } = aggregate;
    const dates = shortDates(days.map(({ date }) => date));
    const others = othersNote(otherLanguages);
    this.#others.textContent = others;
    this.#others.hidden = others === null;
    const unit = total === 1 ? 'tweet' : 'tweets';
    this.#total.replaceChildren(element('strong', {}, count(total)), unit);
    this.#donut.canvas.setAttribute(
      'aria-label',
      `Share of each label of ${subject}: ${sharesInWords(counts)}.`,
    );
    this.#timeline.canvas.setAttribute(
      'aria-label',
      `Tweets about ${subject} a day by label, ${dates[0]} to ${dates.at(-1)}. The table below has all figures.`,
    );
    this.#labels.replaceChildren(labelsTable(aggregate));
    this.#days.replaceChildren(daysTable(aggregate));
    this.#donut.show(() => donut(counts));
    const countsOfDays = days.map((day) => day.counts);
    this.#timeline.show(() => timeline(dates, countsOfDays));
  }

  #labelsDownload() {
    const { total = 0, counts, meanScores } = this.#aggregate ?? {};
    const rows = LABELS.map((label) => [
      label,
      counts?.[label] ?? 0,
      share(counts?.[label] ?? 0, total),
      meanScores?.[label] ?? '',
    ]);
    const center = [count(total), total === 1 ? 'tweet' : 'tweets'];
    const picture = { title: this.#title(), chart: this.#donut.canvas, center };
    return { rows: [['label', 'tweets', 'share', 'mean_score'], ...rows], picture };
  }

  #daysDownload() {
    const rows = (this.#aggregate?.timeline ?? []).map(
      ({ date, counts, meanScores, otherLanguages }) => [
        date,
        ...LABELS.map((label) => counts[label]),
        otherLanguages,
        ...LABELS.map((label) => meanScores?.[label] ?? ''),
      ],
    );
    const means = LABELS.map((label) => `mean_score_${label}`);
    const head = ['date', ...LABELS, 'other_languages', ...means];
    const picture = { title: `${this.#title()}, by day`, chart: this.#timeline.canvas };
    return { rows: [head, ...rows], picture };
  }

  #title(): string {
    return `${this.#subject}, ${this.#aggregate?.from} to ${this.#aggregate?.to}`;
  }
}

function labelsTable({ total, counts, meanScores }: Aggregate): HTMLTableElement {
  const rows = LABELS.map((label) => [
    namedSwatch(label),
    count(counts[label]),
    percent(share(counts[label], total)),
    meanScores === null ? '–' : percent(meanScores[label]),
  ]);
  return figures('Tweets by label', ['Label', 'Tweets', 'Share', 'Mean score'], rows);
}

function daysTable({ timeline: days }: Aggregate): HTMLTableElement {
  const rows = days
    .toReversed()
    .map(({ date, counts }) => [date, ...LABELS.map((label) => count(counts[label]))]);
  return figures(
    'Tweets a day by label',
    ['Date (UTC)', ...LABELS.map((label) => NAMES[label])],
    rows,
  );
}

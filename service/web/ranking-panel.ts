import { byId, element } from './dom.ts';
import { emptyNote, showProblem } from './panel.ts';
import { isDefaultOrigin } from './populate-command.ts';
import { type Entry, RankingView, type RankingViewOptions } from './ranking-view.ts';
import { repeatWhileVisible } from './repeat.ts';

const REFRESH_MS = 30_000;
const SHOWN = 10;

export interface RankingPanelOptions extends RankingViewOptions {
  readonly load: () => Promise<readonly Entry[]>;
  /** Called with all entries after each load; null if it failed. */
  readonly onLoaded: (entries: readonly Entry[] | null) => void;
}

/** Keeps a ranking up to date. Returns a function that loads it as soon as possible. */
export function startRankingPanel(options: RankingPanelOptions): () => void {
  const { id, load, onLoaded } = options;
  const body = byId(id, HTMLDivElement);
  const ranking = new RankingView(options);
  let shown = '';

  const show = (entries: readonly Entry[]) => {
    if (entries.length === 0) {
      // Elsewhere the visitor may not be who starts the service.
      const hint = isDefaultOrigin(location.origin)
        ? [
            'For a first look, start the service with',
            element('code', {}, './script/start --sample'),
          ]
        : [];
      body.replaceChildren(emptyNote(`No ${id} yet`, ...hint));
      return;
    }
    // Before its chart is drawn, which needs the width of its place.
    if (!body.contains(ranking.root)) body.replaceChildren(ranking.root);
    ranking.show(entries.slice(0, SHOWN));
  };

  const refresh = async () => {
    try {
      const entries = await load();
      const figures = JSON.stringify(entries);
      if (figures !== shown) show(entries);
      shown = figures;
      onLoaded(entries);
      return true;
    } catch (error) {
      shown = '';
      showProblem(body, error, () => void refresh());
      onLoaded(null);
      return false;
    } finally {
      body.removeAttribute('aria-busy');
    }
  };
  return repeatWhileVisible(refresh, REFRESH_MS);
}

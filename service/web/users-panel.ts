import type { ActiveUsers } from '../http/routes/features/schemas.ts';
import { call } from './api.ts';
import { LiveChart, stackedBars } from './charts.ts';
import { byId, element } from './dom.ts';
import { count } from './format.ts';
import { LABELS, legend, NAMES } from './labels.ts';
import { othersNote } from './languages.ts';
import { chartBox, emptyNote, figures, folded, repeatWhileVisible, showProblem } from './panel.ts';

const USERS = 10;
const REFRESH_MS = 30_000;
const ROW_PX = 34;
const AXIS_PX = 34;

/** The most active users as stacked bars; choosing one calls `onChoose` with `@name` or an id. */
export function startUsersPanel(onChoose: (subject: string) => void): void {
  const body = byId('users', HTMLDivElement);
  const { box, canvas } = chartBox('users-chart');
  const chart = new LiveChart<'bar'>(canvas);
  let shown = '';

  const load = async () => {
    try {
      const answer = await call<ActiveUsers>(`/v1/users?limit=${USERS}`);
      // The same figures are left as they are, with the focus and the fold a visitor has there.
      const figuresNow = JSON.stringify(answer);
      if (figuresNow !== shown) show(answer);
      shown = figuresNow;
      return true;
    } catch (error) {
      shown = '';
      showProblem(body, error, () => void load());
      return false;
    } finally {
      body.removeAttribute('aria-busy');
    }
  };

  const show = ({ users }: ActiveUsers) => {
    if (users.length === 0) {
      const command = element('code', {}, './script/start --sample');
      body.replaceChildren(
        emptyNote('No users yet', 'For a first look, start the service with', command),
      );
      return;
    }
    const names = users.map(({ user }) => (user.username === null ? user.id : `@${user.username}`));
    const isOpen = body.querySelector('details')?.open ?? false;
    const table = folded('Figures of the most active users', tableOf(users, names, onChoose));
    table.open = isOpen;
    box.style.height = `${users.length * ROW_PX + AXIS_PX}px`;
    canvas.setAttribute('aria-label', inWords(users, names));
    const others = othersNote(users.reduce((sum, user) => sum + user.otherLanguages, 0));
    const notes = others === null ? [] : [element('p', { class: 'hint others' }, others)];
    body.replaceChildren(legend(), box, ...notes, table);
    chart.show(() =>
      stackedBars(
        names,
        users.map(({ counts }) => counts),
        (index) => onChoose(names[index] ?? ''),
      ),
    );
  };

  repeatWhileVisible(load, REFRESH_MS);
}

function tableOf(
  users: ActiveUsers['users'],
  names: readonly string[],
  onChoose: (subject: string) => void,
): HTMLTableElement {
  const rows = users.map(({ total, counts }, index) => {
    const name = names[index] ?? '';
    const choose = element('button', { type: 'button', class: 'link' }, name);
    choose.addEventListener('click', () => onChoose(name));
    return [choose, ...LABELS.map((label) => count(counts[label])), count(total)];
  });
  const columns = ['User', ...LABELS.map((label) => NAMES[label]), 'Total'];
  return figures('Tweets of the most active users by label', columns, rows);
}

function inWords(users: ActiveUsers['users'], names: readonly string[]): string {
  const [first] = users;
  return (
    `Stacked bars of the ${users.length} most active users by label. ` +
    `${names[0]} leads with ${count(first?.total ?? 0)} tweets. The table below has all figures.`
  );
}

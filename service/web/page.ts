/** The page at `/`: each panel looks after itself. */
import { byId, element } from './dom.ts';
import { startFilePanel } from './file-panel.ts';
import { PageView } from './page-view.ts';
import { startRankingPanel } from './ranking-panel.ts';
import type { Entry } from './ranking-view.ts';
import { TOPICS, USERS } from './rankings.ts';
import { startStatePanel } from './state-panel.ts';
import { startTopicPanel } from './topic-panel.ts';
import { startTryPanel } from './try-panel.ts';

const view = new PageView();
const topic = startTopicPanel(view);
const suggested = { topics: [] as readonly Entry[], users: [] as readonly Entry[] };

const onChoose = (name: string) => {
  view.change({ topic: name });
  byId('topic-title', HTMLHeadingElement).scrollIntoView({ block: 'nearest' });
};
const suggest = (part: Partial<typeof suggested>) => {
  Object.assign(suggested, part);
  const entries = [...suggested.topics, ...suggested.users];
  const options = entries.map(({ name }) => element('option', { value: name }));
  byId('topic-suggestions', HTMLDataListElement).replaceChildren(...options);
};

startTryPanel();
startFilePanel();
const refreshUsers = startRankingPanel({
  ...USERS,
  view,
  onChoose,
  onLoaded: (users) => users && suggest({ users }),
});
const refreshTopics = startRankingPanel({
  ...TOPICS,
  view,
  onChoose,
  onLoaded(topics) {
    topic.propose(topics?.[0]?.name ?? null);
    if (topics) suggest({ topics });
  },
});
startStatePanel(() => {
  refreshUsers();
  refreshTopics();
  topic.refresh();
});

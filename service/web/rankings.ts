import type { ActiveTopics, ActiveUsers } from '../http/routes/features/schemas.ts';
import { call } from './api.ts';
import type { RankingPanelOptions } from './ranking-panel.ts';
import type { Entry } from './ranking-view.ts';

/** The limit of the API: entries that are not shown serve as suggestions. */
const LIMIT = 100;

type Ranking = Pick<RankingPanelOptions, 'id' | 'title' | 'column' | 'keyColumns' | 'load'>;

export const USERS: Ranking = {
  id: 'users',
  title: 'most active users',
  column: 'User',
  keyColumns: ['user_id', 'username'],
  async load(): Promise<readonly Entry[]> {
    const { users } = await call<ActiveUsers>(`/v1/users?limit=${LIMIT}`);
    return users.map(({ user: { id, username }, ...totals }) => ({
      name: username === null ? `id:${id}` : `@${username}`,
      key: [id, username ?? ''],
      ...totals,
    }));
  },
};

export const TOPICS: Ranking = {
  id: 'topics',
  title: 'most active topics',
  column: 'Topic',
  keyColumns: ['topic'],
  async load(): Promise<readonly Entry[]> {
    const { topics } = await call<ActiveTopics>(`/v1/topics?limit=${LIMIT}`);
    return topics.map(({ topic: { id }, ...totals }) => ({ name: id, key: [id], ...totals }));
  },
};

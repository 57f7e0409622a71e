/** The page at `/`: each panel looks after itself. */
import { startStatePanel } from './state-panel.ts';
import { startTopicPanel } from './topic-panel.ts';
import { startTryPanel } from './try-panel.ts';
import { startUsersPanel } from './users-panel.ts';

startStatePanel();
startTryPanel();
startUsersPanel(startTopicPanel());

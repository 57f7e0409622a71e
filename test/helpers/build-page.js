import { buildPage } from '../../script/lib/build-page.ts';

/** Builds the page, the only part of dist/ that unit tests read. */
export default () => buildPage('service/web', 'dist/web');

import { buildPage } from '../../script/lib/build-page.ts';
import { replaceFolder } from '../../script/lib/replace-folder.ts';

/** Builds the page once, before all unit tests: the app serves it. */
export default function buildPageOnce() {
  return replaceFolder('dist/web', (next) => buildPage('service/web', next));
}

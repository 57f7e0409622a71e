import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { LOG_QUERIES } from '../../lib/monitoring/log-queries.ts';
import { STAGE_SCHEMA } from '../../lib/stage-config/schema.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

const app = synthesize({ ...CONTEXT.prod, offlineStore: 'true', bulk: 'true' });
const read = (name: string): string => readFileSync(`docs/${name}.md`, 'utf8');
const alarms = read('alarms').replaceAll(/```[\s\S]*?```/g, '');
const document = ['alarms', 'operations', 'releases', 'stage-configuration', 'stored-data']
  .map(read)
  .join('\n');

/** A page names the alarm; its text must lead to the runbook. */
describe('titles and names that the runbook quotes', () => {
  const [dashboard] = allOf(app, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody).replaceAll('\\', '');
  const titles = [...body.matchAll(/"title":"([^"]+)"/g)].map(([, title]) => String(title));
  const quoted = [...alarms.matchAll(/"([^"]+)"/g)].map(([, name]) =>
    String(name).replace(/\s+/g, ' '),
  );

  it.each([...new Set(quoted)].filter((name) => /^[A-Z]/.test(name)))('the graph "%s"', (title) => {
    expect(titles.filter((shown) => shown.startsWith(title))).not.toEqual([]);
  });

  it.each([...new Set(quoted)].filter((name) => /^[a-z]/.test(name) && name !== 'something'))(
    'the saved query "%s"',
    (name) => {
      expect(Object.keys(LOG_QUERIES)).toContain(name);
    },
  );

  /** Context values of bin/github-roles.ts. */
  const OF_ROLES = ['repository', 'providerArn'];

  /** Variables of the repository on GitHub. */
  const WORKFLOW = readFileSync('.github/workflows/deploy.yml', 'utf8');

  it.each(
    [
      ...new Set([...document.matchAll(/`([A-Z][A-Z_]{4,})`/g)].map(([, name]) => String(name))),
    ].filter((name) => !WORKFLOW.includes(`vars.${name}`)),
  )('the variable %s', (name) => {
    expect(Object.keys(ENVIRONMENT)).toContain(name);
  });

  it.each([...new Set([...document.matchAll(/-c ([a-z]\w+)=/g)].map(([, key]) => String(key)))])(
    'the context value %s',
    (key) => {
      expect([...Object.keys(STAGE_SCHEMA), ...OF_ROLES]).toContain(key);
    },
  );

  it('the secrets and the user whose values it tells to change', () => {
    const users = allOf(app, 'AWS::ElastiCache::User').map(({ Properties }) => Properties.UserId);
    expect(users).toContain('tweet-sentiment-prod-service');
    expect(document).toContain('--user-id $STACK-service');
    const secrets = (part: 'featureStore' | 'service', start: string) =>
      Object.keys(app.of(part).findResources('AWS::SecretsManager::Secret')).filter((id) =>
        id.startsWith(start),
      );
    for (const [part, start] of [
      ['featureStore', 'UserPassword'],
      ['service', 'CanaryGoldenHookSecret'],
    ] as const) {
      expect(secrets(part, start)).toHaveLength(1);
      expect(document).toContain(start);
    }
  });
});

describe('erasing a person', () => {
  const [, section = ''] = /\n## Erasing a person\n([\s\S]*)/.exec(read('stored-data')) ?? [];
  const tables = allOf(app, 'AWS::Glue::Table').map(({ Properties }) =>
    String(Properties.TableInput.Name),
  );

  // Labels are files that the reader wrote, and are named in the section's last table.
  it.each(tables.filter((name) => name !== 'labels'))('asks the table %s', (name) => {
    expect(section).toContain(` FROM ${name} WHERE `);
  });
});

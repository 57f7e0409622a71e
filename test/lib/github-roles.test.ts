import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { GithubRolesStack } from '../../lib/stacks/github-roles-stack.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const template = (providerArn?: string) =>
  Template.fromStack(
    new GithubRolesStack(new App(), 'GithubRoles', { repository: 'owner/name', providerArn }),
  );
const ISSUER = 'token.actions.githubusercontent.com';

/** Subject that may assume the role, and the bootstrap roles that it may assume. */
function rights(name: 'Diff' | 'Deploy') {
  const made = template();
  const [role] = Object.entries(made.findResources('AWS::IAM::Role')).filter(([id]) =>
    id.startsWith(name),
  );
  const [policy] = Object.entries(made.findResources('AWS::IAM::Policy')).filter(([id]) =>
    id.startsWith(name),
  );
  const [trust, ...others] = role![1].Properties.AssumeRolePolicyDocument.Statement;
  const [grant, ...more] = policy![1].Properties.PolicyDocument.Statement;
  expect([others, more]).toEqual([[], []]);
  expect(trust.Action).toBe('sts:AssumeRoleWithWebIdentity');
  expect(trust.Condition.StringEquals).toEqual({ [`${ISSUER}:aud`]: 'sts.amazonaws.com' });
  expect(grant.Action).toBe('sts:AssumeRole');
  const roles = [...JSON.stringify(grant.Resource).matchAll(/cdk-hnb659fds-([a-z-]+)-role-/g)];
  return { subject: trust.Condition.StringLike[`${ISSUER}:sub`], roles: roles.map(([, r]) => r) };
}

describe('the roles of the GitHub workflow', () => {
  it('let pull requests of the repository look, and no more', () => {
    expect(rights('Diff')).toEqual({ subject: 'repo:owner/name:pull_request', roles: ['lookup'] });
  });

  it('let tags of the repository deploy by the roles of the bootstrap only', () => {
    expect(rights('Deploy')).toEqual({
      subject: 'repo:owner/name:ref:refs/tags/v*',
      roles: ['deploy', 'file-publishing', 'image-publishing', 'lookup'],
    });
  });

  it('are those of a bootstrap with another qualifier, if the context has one', () => {
    const app = new App({ context: { '@aws-cdk/core:bootstrapQualifier': 'team1' } });
    const props = { repository: 'owner/name', providerArn: undefined };
    const made = Template.fromStack(new GithubRolesStack(app, 'GithubRoles', props)).toJSON();
    const roles = [...JSON.stringify(made).matchAll(/cdk-(\w+)-[a-z-]+-role-/g)];
    expect(new Set(roles.map(([, qualifier]) => qualifier))).toEqual(new Set(['team1']));
  });

  it('trust an identity provider that the account has, if one is given', () => {
    template().resourceCountIs('AWS::IAM::OIDCProvider', 1);
    const arn = `arn:aws:iam::123456789012:oidc-provider/${ISSUER}`;
    template(arn).resourceCountIs('AWS::IAM::OIDCProvider', 0);
    expect(JSON.stringify(template(arn).findResources('AWS::IAM::Role'))).toContain(arn);
  });
});

describe('script/cdk-app bin/github-roles.ts', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'github-roles-'));
  afterAll(() => rmSync(outdir, { recursive: true }));
  const deployFor = (repository: string, values: Record<string, string> = {}) =>
    spawnSync('bash', ['script/cdk-app', 'bin/github-roles.ts'], {
      encoding: 'utf8',
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        CDK_OUTDIR: outdir,
        CDK_CONTEXT_JSON: JSON.stringify({ repository, ...values }),
      },
    });

  it.each(['owner/name', 'my.owner@123456/my_name@789012'])(
    'trusts the subject of the repository as GitHub writes it: %s',
    (repository) => {
      expect(deployFor(repository)).toMatchObject({ status: 0 });
      const synthesized = readFileSync(join(outdir, 'GithubRoles.template.json'), 'utf8');
      expect(synthesized).toContain(`"repo:${repository}:pull_request"`);
      expect(synthesized).toContain(`"repo:${repository}:ref:refs/tags/v*"`);
    },
    60_000,
  );

  it('bounds both roles by the policy that is given', () => {
    const boundary = 'arn:aws:iam::123456789012:policy/boundary';
    expect(deployFor('owner/name', { permissionsBoundaryArn: boundary })).toMatchObject({
      status: 0,
    });
    const synthesized = readFileSync(join(outdir, 'GithubRoles.template.json'), 'utf8');
    const roles = Object.values<Resource>(JSON.parse(synthesized).Resources).filter(
      ({ Type }) => Type === 'AWS::IAM::Role',
    );
    expect(roles).toHaveLength(2);
    for (const { Properties } of roles) expect(Properties.PermissionsBoundary).toBe(boundary);
  }, 60_000);

  it.each(['', 'boundary', 'arn:aws:iam::123456789012:role/boundary'])(
    'refuses a permissions boundary that is not a policy: %j',
    (permissionsBoundaryArn) => {
      const { status, stderr } = deployFor('owner/name', { permissionsBoundaryArn });
      expect(status).toBe(1);
      expect(stderr).toContain('use the ARN of a policy');
    },
    60_000,
  );

  it.each(['owner', 'owner@123456/name', 'owner/name@789012', 'owner/*', 'owner@*/name@*'])(
    'refuses what no subject begins with: %s',
    (repository) => {
      const { status, stderr } = deployFor(repository);
      expect(status).toBe(1);
      expect(stderr).toContain(`is "${repository}"; use -c repository=OWNER/NAME`);
    },
    60_000,
  );
});

describe('.github/workflows/deploy.yml', () => {
  const workflow = readFileSync('.github/workflows/deploy.yml', 'utf8');

  it('pins each action by its commit', () => {
    const actions = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(2);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it('uses no secret, and no value of the event in a shell command', () => {
    expect(workflow).not.toContain('secrets.');
    const runs = [...workflow.matchAll(/run: (?:\|\n((?: {10}.*\n)+)|(.*))/g)];
    expect(runs.length).toBeGreaterThan(4);
    for (const [run] of runs) expect(run).not.toContain('${{');
  });
});

describe('.github/web-identity-token', () => {
  it('is a script that bash can read', () => {
    const { status, stderr } = spawnSync('bash', ['-n', '.github/web-identity-token'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

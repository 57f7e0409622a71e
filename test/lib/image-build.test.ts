import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type BuildRequest, handle, type ResourceEvent } from '../../lib/image-build/handler.ts';
import { allOf, synthesize } from './synthesize.ts';

const event = (change: Partial<ResourceEvent> = {}): ResourceEvent => ({
  RequestType: 'Create',
  ResponseURL: 'https://cloudformation.example/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Build',
  ResourceProperties: { ProjectName: 'project', ImageTag: '0123456789ab' },
  ...change,
});

async function answered(change: Partial<ResourceEvent>, fault?: Error) {
  const builds: BuildRequest[] = [];
  const answers: Record<string, unknown>[] = [];
  await handle(event(change), {
    startBuild: async (request) => {
      if (fault) throw fault;
      builds.push(request);
    },
    put: async (_url, body) => {
      answers.push(JSON.parse(body));
    },
  });
  return { builds, answers };
}

describe('the function that starts a build', () => {
  it.each(['Create', 'Update'] as const)('leaves the answer to %s to the build', async (type) => {
    const { builds, answers } = await answered({ RequestType: type });
    expect(answers).toEqual([]);
    expect(builds).toHaveLength(1);
    const { IMAGE_TAG, RESPONSE_URL, RESPONSE_SUCCESS, RESPONSE_FAILED } = builds[0]!.variables;
    expect([IMAGE_TAG, RESPONSE_URL]).toEqual(['0123456789ab', event().ResponseURL]);
    expect(JSON.parse(RESPONSE_SUCCESS!)).toEqual({
      Status: 'SUCCESS',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Build',
      PhysicalResourceId: '0123456789ab',
    });
    expect(JSON.parse(RESPONSE_FAILED!)).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('the log of the CodeBuild project project says why'),
    });
  });

  it('answers by itself that a build did not start', async () => {
    const { answers } = await answered({}, new Error('no such project'));
    expect(answers).toMatchObject([
      { Status: 'FAILED', Reason: 'The build did not start: no such project' },
    ]);
  });

  it('builds nothing for a deletion', async () => {
    const { builds, answers } = await answered({
      RequestType: 'Delete',
      PhysicalResourceId: 'fedcba987654',
    });
    expect(builds).toEqual([]);
    expect(answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: 'fedcba987654' }]);
  });
});

describe('the scripts of the build', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'image-build-'));
    // Each stub notes how it was called; `aws ecr describe-images` finds what HAS names, and what another
    // build has PUSHED once docker was called.
    const stubs = {
      aws: 'echo "aws $*" >> "$LOG"; [ "$2" != describe-images ] || [ -n "$HAS" ] || { [ -n "$PUSHED" ] && grep -q "docker push" "$LOG"; }',
      docker: 'echo "docker $*" >> "$LOG"; cat > /dev/null; [ "$1" != "$BREAKS" ]',
      curl: 'echo "curl $(cat)" >> "$LOG"',
    };
    for (const [name, body] of Object.entries(stubs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, name), 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(script: 'build.sh' | 'answer.sh', variables: Record<string, string>) {
    const LOG = join(folder, 'log');
    writeFileSync(LOG, '');
    const { status } = spawnSync('sh', ['-c', readFileSync(`lib/image-build/${script}`, 'utf8')], {
      env: {
        PATH: `${folder}:/usr/bin:/bin`,
        LOG,
        REPOSITORY_URI: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/images',
        IMAGE_TAG: '0123456789ab',
        MODEL_NAME: 'model',
        RESPONSE_URL: 'https://cloudformation.example',
        RESPONSE_SUCCESS: 'yes',
        RESPONSE_FAILED: 'no',
        ...variables,
      },
      input: '',
    });
    return { status, calls: readFileSync(LOG, 'utf8').trimEnd().split('\n') };
  }

  it('build and push the image', () => {
    const { status, calls } = run('build.sh', {});
    expect(status).toBe(0);
    expect(calls.filter((call) => /^docker (build|push)/.test(call))).toEqual([
      'docker build --build-arg MODEL_NAME=model --tag 123456789012.dkr.ecr.eu-central-1.amazonaws.com/images:0123456789ab .',
      'docker push 123456789012.dkr.ecr.eu-central-1.amazonaws.com/images:0123456789ab',
    ]);
    expect(calls).toContain(
      'aws ecr describe-images --repository-name images --image-ids imageTag=0123456789ab',
    );
  });

  it('build nothing that the repository has', () => {
    const { status, calls } = run('build.sh', { HAS: 'it' });
    expect(status).toBe(0);
    expect(calls.join('\n')).not.toMatch(/docker (build|push)/);
  });

  it('succeed when another build has pushed the image meanwhile', () => {
    expect(run('build.sh', { BREAKS: 'push', PUSHED: 'it' }).status).toBe(0);
  });

  it.each(['login', 'build', 'push'])('fail when docker %s fails', (BREAKS) => {
    expect(run('build.sh', { BREAKS }).status).toBe(1);
  });

  it.each([
    ['1', 'yes'],
    ['0', 'no'],
  ])('answer CloudFormation after a build that ended with %s: %s', (ended, answer) => {
    const { status, calls } = run('answer.sh', { CODEBUILD_BUILD_SUCCEEDING: ended });
    expect({ status, calls }).toEqual({ status: 0, calls: [`curl ${answer}`] });
  });
});

describe('a stage whose image CodeBuild builds', () => {
  const app = synthesize({ stage: 'dev', imageBuild: 'codebuild', architecture: 'arm64' });

  it('runs the image of the build, and waits for it', () => {
    const [definition] = allOf(app, 'AWS::ECS::TaskDefinition');
    const [build] = allOf(app, 'Custom::ImageBuild');
    const tag = build?.Properties.ImageTag;
    expect(tag).toMatch(/^[0-9a-f]{12}$/);
    const [container] = definition?.Properties.ContainerDefinitions ?? [];
    expect(JSON.stringify(container.Image)).toMatch(new RegExp(`Repository.*:${tag}"`));
    expect(JSON.stringify(definition?.DependsOn)).toContain('Build');
  });

  it('builds on the architecture of the tasks', () => {
    const [project] = allOf(app, 'AWS::CodeBuild::Project');
    expect(project?.Properties.Environment.Type).toBe('ARM_CONTAINER');
  });

  it('gives the build no right beyond its source, its repository and its log', () => {
    const [policy] = allOf(app, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument).includes('ecr:PutImage'),
    );
    const statements: { Action: string | string[]; Resource: unknown }[] =
      policy?.Properties.PolicyDocument.Statement;
    const open = statements.filter(({ Resource }) => Resource === '*');
    expect(open.map(({ Action }) => Action)).toEqual(['ecr:GetAuthorizationToken']);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

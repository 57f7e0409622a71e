/**
 * Lambda function behind a custom resource: it starts the build of an image. The build answers
 * CloudFormation itself when it ends, so nothing waits in between.
 */
import { CodeBuildClient, StartBuildCommand } from '@aws-sdk/client-codebuild';

/** Event from CloudFormation; only the fields that are read. */
export interface ResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: { readonly ProjectName: string; readonly ImageTag: string };
}

export interface BuildRequest {
  readonly projectName: string;
  readonly variables: Readonly<Record<string, string>>;
}

export interface Dependencies {
  readonly startBuild: (request: BuildRequest) => Promise<void>;
  readonly put: (url: string, body: string) => Promise<void>;
}

export async function handle(event: ResourceEvent, { startBuild, put }: Dependencies) {
  const { ProjectName, ImageTag } = event.ResourceProperties;
  const answer = (status: 'SUCCESS' | 'FAILED', reason?: string) =>
    JSON.stringify({
      Status: status,
      Reason: reason,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
      PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : ImageTag,
    });
  // Nothing to do: deleting the repository deletes its images, too.
  if (event.RequestType === 'Delete') return put(event.ResponseURL, answer('SUCCESS'));
  const failure = `The image ${ImageTag} was not built; the log of the CodeBuild project ${ProjectName} says why.`;
  try {
    await startBuild({
      projectName: ProjectName,
      variables: {
        IMAGE_TAG: ImageTag,
        RESPONSE_URL: event.ResponseURL,
        RESPONSE_SUCCESS: answer('SUCCESS'),
        RESPONSE_FAILED: answer('FAILED', failure),
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await put(event.ResponseURL, answer('FAILED', `The build did not start: ${reason}`));
  }
}

const RESPONSE_TIMEOUT_MS = 10_000;

export async function handler(event: ResourceEvent): Promise<void> {
  const client = new CodeBuildClient();
  await handle(event, {
    startBuild: async ({ projectName, variables }) => {
      const environmentVariablesOverride = Object.entries(variables).map(([name, value]) => ({
        name,
        value,
      }));
      await client.send(new StartBuildCommand({ projectName, environmentVariablesOverride }));
    },
    put: async (url, body) => {
      const signal = AbortSignal.timeout(RESPONSE_TIMEOUT_MS);
      const { status } = await fetch(url, { method: 'PUT', body, signal });
      if (status !== 200) throw new Error(`CloudFormation answered ${status}.`);
    },
  });
}

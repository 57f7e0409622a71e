import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { boundedBy } from '../lib/permissions-boundary.ts';
import { GithubRolesStack } from '../lib/stacks/github-roles-stack.ts';

/** OWNER/NAME, or OWNER@ID/NAME@ID as in tokens of repositories created since July 2026. */
const REPOSITORY = /^[\w.-]{1,39}(?:\/[\w.-]{1,100}|@\d+\/[\w.-]{1,100}@\d+)$/;

const BOUNDARY_ARN = /^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/\S+$/;

/** One-off app: npx cdk deploy --app 'script/cdk-app bin/github-roles.ts' -c repository=OWNER/NAME */
const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const repository: unknown = app.node.tryGetContext('repository');
const providerArn: unknown = app.node.tryGetContext('providerArn');
const boundaryArn: unknown = app.node.tryGetContext('permissionsBoundaryArn');
if (typeof repository !== 'string' || !REPOSITORY.test(repository)) {
  console.error(
    `The context value repository is ${JSON.stringify(repository)}; use -c repository=OWNER/NAME, or OWNER@ID/NAME@ID if GitHub's tokens have ids.`,
  );
  process.exit(1);
}
if (boundaryArn !== undefined && !BOUNDARY_ARN.test(String(boundaryArn))) {
  console.error(
    `The context value permissionsBoundaryArn is ${JSON.stringify(boundaryArn)}; use the ARN of a policy, such as arn:aws:iam::123456789012:policy/boundary.`,
  );
  process.exit(1);
}
new GithubRolesStack(app, 'GithubRoles', {
  stackName: 'tweet-sentiment-github-roles',
  description: 'Tweet sentiment: roles of the GitHub workflow',
  terminationProtection: true,
  ...boundedBy(boundaryArn === undefined ? undefined : String(boundaryArn)),
  repository,
  providerArn: typeof providerArn === 'string' ? providerArn : undefined,
});

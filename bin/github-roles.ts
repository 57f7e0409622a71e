import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { GithubRolesStack } from '../lib/stacks/github-roles-stack.ts';

/** One-off app: npx cdk deploy --app 'node bin/github-roles.ts' -c repository=OWNER/NAME */
const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const repository: unknown = app.node.tryGetContext('repository');
const providerArn: unknown = app.node.tryGetContext('providerArn');
if (typeof repository !== 'string' || !/^[\w.-]{1,39}\/[\w.-]{1,100}$/.test(repository)) {
  console.error(
    `The context value repository is ${JSON.stringify(repository)}; use -c repository=OWNER/NAME.`,
  );
  process.exit(1);
}
new GithubRolesStack(app, 'GithubRoles', {
  stackName: 'tweet-sentiment-github-roles',
  description: 'Tweet sentiment: roles of the GitHub workflow',
  terminationProtection: true,
  repository,
  providerArn: typeof providerArn === 'string' ? providerArn : undefined,
});

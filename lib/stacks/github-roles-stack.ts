import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface GithubRolesStackProps extends StackProps {
  /** OWNER/NAME or OWNER@ID/NAME@ID, as the subject of GitHub's tokens has it. */
  readonly repository: string;
  /** GitHub's identity provider in this account; undefined: the stack makes it. */
  readonly providerArn: string | undefined;
}

const ISSUER = 'token.actions.githubusercontent.com';
const AUDIENCE = 'sts.amazonaws.com';

/** Roles of `cdk bootstrap` that deployments use. */
const BOOTSTRAP_ROLES = ['deploy', 'file-publishing', 'image-publishing', 'lookup'] as const;

/**
 * Two roles for a GitHub workflow, without a secret: pull requests may read, tags `v*` may deploy.
 * Both may only assume roles of the CDK's bootstrap stack in this account and region.
 */
export class GithubRolesStack extends Stack {
  constructor(scope: Construct, id: string, props: GithubRolesStackProps) {
    const { repository, providerArn, ...stackProps } = props;
    super(scope, id, stackProps);
    const provider =
      providerArn ??
      new iam.CfnOIDCProvider(this, 'Provider', {
        url: `https://${ISSUER}`,
        clientIdList: [AUDIENCE],
      }).attrArn;
    const role = (name: string, subject: string, assumed: readonly string[]) => {
      const made = new iam.Role(this, name, {
        description: `GitHub ${repository}: ${name}`,
        assumedBy: new iam.FederatedPrincipal(
          provider,
          {
            StringEquals: { [`${ISSUER}:aud`]: AUDIENCE },
            StringLike: { [`${ISSUER}:sub`]: `repo:${repository}:${subject}` },
          },
          'sts:AssumeRoleWithWebIdentity',
        ),
      });
      made.addToPolicy(
        new iam.PolicyStatement({
          actions: ['sts:AssumeRole'],
          resources: assumed.map((part) => this.#bootstrapRole(part)),
        }),
      );
      new CfnOutput(this, `${name}RoleArn`, { value: made.roleArn });
    };
    role('Diff', 'pull_request', ['lookup']);
    role('Deploy', 'ref:refs/tags/v*', BOOTSTRAP_ROLES);
  }

  #bootstrapRole(part: string): string {
    const { account, region, synthesizer } = this;
    return this.formatArn({
      service: 'iam',
      region: '',
      resource: 'role',
      resourceName: `cdk-${synthesizer.bootstrapQualifier}-${part}-role-${account}-${region}`,
    });
  }
}

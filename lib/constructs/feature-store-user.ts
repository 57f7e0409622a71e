import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { featureStoreAccess } from '../../service/contract/feature-store.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { acknowledge } from '../acknowledge.ts';

export interface FeatureStoreUserProps {
  /** Start of the ids of users and group, which are unique in account and region. */
  readonly name: string;
  /** Key of the generated passwords; undefined: the one of Secrets Manager. */
  readonly encryptionKey: IKey | undefined;
}

/** User of the feature store with only the commands that the service sends. */
export class FeatureStoreUser extends Construct {
  readonly userName = 'service';
  readonly password: secretsmanager.Secret;
  readonly userGroup: CfnUserGroup;

  constructor(scope: Construct, id: string, { name, encryptionKey }: FeatureStoreUserProps) {
    super(scope, id);
    const password = (secretId: string, description: string) =>
      generatedPassword(this, secretId, { description, encryptionKey });
    this.password = password('Password', 'Password of the feature store user');
    const user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: `${name}-service`,
      userName: this.userName,
      accessString: featureStoreAccess(ENVIRONMENT.REDIS_KEY_PREFIX.default),
      authenticationMode: passwordMode(this.password),
    });
    // Connections without a user name log in as "default", which has no rights here.
    const disabled = new CfnUser(this, 'Nobody', {
      engine: 'valkey',
      userId: `${name}-default`,
      userName: 'default',
      accessString: 'off -@all',
      authenticationMode: passwordMode(
        password('NobodysPassword', 'Password of the disabled default user'),
      ),
    });
    this.userGroup = new CfnUserGroup(this, 'Group', {
      engine: 'valkey',
      userGroupId: name,
      userIds: [user.ref, disabled.ref],
    });
  }
}

/** A password that ElastiCache accepts: 16 to 128 characters. */
function generatedPassword(scope: Construct, id: string, props: secretsmanager.SecretProps) {
  const secret = new secretsmanager.Secret(scope, id, {
    ...props,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
  });
  acknowledge(secret, {
    SMG4: 'Rotation would not update the ElastiCache user; docs/operations.md describes how to change both.',
  });
  return secret;
}

function passwordMode(secret: secretsmanager.Secret) {
  // A dynamic reference that CloudFormation resolves; the template has no secret.
  return { Type: 'password', Passwords: [secret.secretValue.unsafeUnwrap()] };
}

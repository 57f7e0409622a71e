import { CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { featureStoreAccess } from '../../service/contract/feature-store.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { acknowledge } from '../acknowledge.ts';

export interface FeatureStoreUserProps {
  /** Start of the ids of users and group, which are unique in account and region. */
  readonly name: string;
}

/** User of the feature store with only the commands that the service sends. */
export class FeatureStoreUser extends Construct {
  readonly userName = 'service';
  readonly password: secretsmanager.Secret;
  readonly userGroup: CfnUserGroup;

  constructor(scope: Construct, id: string, { name }: FeatureStoreUserProps) {
    super(scope, id);
    this.password = generatedPassword(this, 'Password', 'Password of the feature store user');
    const user = new CfnUser(this, 'User', {
      engine: 'valkey',
      userId: `${name}-service`,
      userName: this.userName,
      accessString: featureStoreAccess(ENVIRONMENT.REDIS_KEY_PREFIX.default),
      authenticationMode: passwordMode(this.password),
    });
    // Connections without a user name are those of "default", which has no rights here.
    const nobody = new CfnUser(this, 'Nobody', {
      engine: 'valkey',
      userId: `${name}-default`,
      userName: 'default',
      accessString: 'off -@all',
      authenticationMode: passwordMode(
        generatedPassword(this, 'NobodysPassword', 'Password of the disabled default user'),
      ),
    });
    this.userGroup = new CfnUserGroup(this, 'Group', {
      engine: 'valkey',
      userGroupId: name,
      userIds: [user.ref, nobody.ref],
    });
  }
}

/** A password that ElastiCache accepts: 16 to 128 characters. */
function generatedPassword(scope: Construct, id: string, description: string) {
  const secret = new secretsmanager.Secret(scope, id, {
    description,
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

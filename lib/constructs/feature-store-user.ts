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

/** The one user who may reach the feature store, and do there what the service does. */
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
    // Connections that name no user are those of "default": here it may do nothing.
    const nobody = new CfnUser(this, 'Nobody', {
      engine: 'valkey',
      userId: `${name}-default`,
      userName: 'default',
      accessString: 'off -@all',
      authenticationMode: passwordMode(
        generatedPassword(this, 'NobodysPassword', 'Password of a user who is turned off'),
      ),
    });
    this.userGroup = new CfnUserGroup(this, 'Group', {
      engine: 'valkey',
      userGroupId: name,
      userIds: [user.ref, nobody.ref],
    });
  }
}

/** ElastiCache takes 16 to 128 characters, and no punctuation is needed at 64. */
function generatedPassword(scope: Construct, id: string, description: string) {
  const secret = new secretsmanager.Secret(scope, id, {
    description,
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
  });
  acknowledge(secret, {
    SMG4: 'A rotation would not reach the user of ElastiCache; docs/operations.md says how to change both.',
  });
  return secret;
}

function passwordMode(secret: secretsmanager.Secret) {
  // Resolved by CloudFormation at deployment: the template holds a reference only.
  return { Type: 'password', Passwords: [secret.secretValue.unsafeUnwrap()] };
}

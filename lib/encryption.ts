import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { StageConfig } from './stage-config.ts';

const ID = 'CustomerKey';

/** The customer's key, imported once for each stack; undefined: keys of AWS. */
export function customerKey(scope: Construct, { kmsKeyArn }: StageConfig): kms.IKey | undefined {
  if (kmsKeyArn === undefined) return undefined;
  const stack = Stack.of(scope);
  const known = stack.node.tryFindChild(ID) as kms.IKey | undefined;
  return known ?? kms.Key.fromKeyArn(stack, ID, kmsKeyArn);
}

/** A secret of the deployer, under the customer's key where there is one. */
export function givenSecret(
  scope: Construct,
  id: string,
  config: StageConfig,
  secretCompleteArn: string,
): secretsmanager.ISecret {
  return secretsmanager.Secret.fromSecretAttributes(scope, id, {
    secretCompleteArn,
    encryptionKey: customerKey(scope, config),
  });
}

/** Lets a role use the customer's key; the grants of aws-cdk-lib do not for an imported key. */
export function grantKeyUse(
  role: iam.IRole,
  { kmsKeyArn }: StageConfig,
  ...actions: readonly ('kms:Decrypt' | 'kms:GenerateDataKey')[]
): void {
  if (kmsKeyArn === undefined) return;
  role.addToPrincipalPolicy(
    new iam.PolicyStatement({ actions: [...actions], resources: [kmsKeyArn] }),
  );
}

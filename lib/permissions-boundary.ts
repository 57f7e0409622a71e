import { PermissionsBoundary, type StackProps } from 'aws-cdk-lib';

/** Properties of a stack whose every role has the policy as its permissions boundary. */
export function boundedBy(policyArn: string | undefined): Pick<StackProps, 'permissionsBoundary'> {
  return policyArn === undefined
    ? {}
    : { permissionsBoundary: PermissionsBoundary.fromArn(policyArn) };
}

import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Acknowledges findings of cdk-nag's AwsSolutions rules on a construct: `{ 'IAM5[..]': reason }`. */
export function acknowledge(
  construct: IConstruct,
  reasons: Readonly<Record<string, string>>,
): void {
  for (const [rule, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
  }
}

/** Acknowledges rights on these resources, whose ARNs have a wildcard. */
export function acknowledgeWildcards(
  construct: IConstruct,
  arns: readonly string[],
  reason: string,
): void {
  const stack = Stack.of(construct);
  const rules = arns.map((arn) => `IAM5[Resource::${nagText(stack.resolve(arn))}]`);
  acknowledge(construct, Object.fromEntries(rules.map((rule) => [rule, reason])));
}

type Part = string | { readonly Ref: string } | { readonly 'Fn::GetAtt': readonly string[] };

/** A resolved ARN as cdk-nag prints it, with `<Id>` and `<Id.Arn>` for what the deployment knows. */
function nagText(resolved: string | { readonly 'Fn::Join': readonly [string, readonly Part[]] }) {
  if (typeof resolved === 'string') return resolved;
  const [, parts] = resolved['Fn::Join'];
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return `<${'Ref' in part ? part.Ref : part['Fn::GetAtt'].join('.')}>`;
    })
    .join('');
}

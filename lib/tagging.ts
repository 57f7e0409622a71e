import { type App, Aspects, CfnResource, type IAspect, TagManager, Tags } from 'aws-cdk-lib';
import { CfnListenerRule } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import type { StageConfig } from './stage-config.ts';

/** Tags the resources of a stage, and further tags of the deployer. */
export function tagStage(app: App, { stage, tags }: StageConfig): void {
  const own = { service: 'tweet-sentiment', stage };
  for (const [key, value] of Object.entries(own)) Tags.of(app).add(key, value);
  for (const [key, value] of Object.entries(tags)) {
    // An update of a listener rule resets the weights that a canary has moved.
    Tags.of(app).add(key, value, {
      excludeResourceTypes: [CfnListenerRule.CFN_RESOURCE_TYPE_NAME],
    });
  }
  Aspects.of(app).add(new ProviderTags({ ...own, ...tags }));
}

/** Types of the resources behind custom resources of the CDK, which it makes without tags. */
const PROVIDERS: ReadonlySet<string> = new Set([
  CfnFunction.CFN_RESOURCE_TYPE_NAME,
  CfnRole.CFN_RESOURCE_TYPE_NAME,
]);

/** Tags what `Tags` leaves out: an account may refuse functions and roles without tags. */
class ProviderTags implements IAspect {
  readonly #tags: readonly { readonly Key: string; readonly Value: string }[];

  constructor(tags: Readonly<Record<string, string>>) {
    this.#tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  }

  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node) || TagManager.isTaggable(node)) return;
    if (PROVIDERS.has(node.cfnResourceType)) node.addPropertyOverride('Tags', this.#tags);
  }
}

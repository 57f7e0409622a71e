import { rulesFor } from '../../service/contract/configuration.ts';
import { isOpenToAnyone } from './callers.ts';
import type { StageConfig } from './presets.ts';

const rule = rulesFor<StageConfig>();

/** ARNs of what must be in the region deployed to. */
const REGIONAL = [
  'certificateArn',
  'xBearerTokenSecretArn',
  'adminTokenSecretArn',
  'apiKeysSecretArn',
  'kmsKeyArn',
] as const;

/** Cross-field validation of the network and of the values for a company's account. */
export const NETWORK_RULES = [
  rule(['vpcId', 'loadBalancerSubnetIds', 'taskSubnetIds', 'storeSubnetIds'], (config) => {
    const given = [config.loadBalancerSubnetIds, config.taskSubnetIds, config.storeSubnetIds];
    const count = [config.vpcId, ...given].filter((value) => value !== undefined).length;
    return count > 0 && count < 4
      ? 'an existing VPC needs vpcId, loadBalancerSubnetIds, taskSubnetIds and storeSubnetIds together; give all four or none'
      : undefined;
  }),
  rule(['zoneNames', 'zones', 'vpcId'], ({ zoneNames, zones, vpcId }) => {
    if (zoneNames === undefined) return undefined;
    if (vpcId !== undefined) return 'the subnets of vpcId decide the zones; leave zoneNames out';
    return zoneNames.length === zones
      ? undefined
      : `${zoneNames.join(',')} are ${zoneNames.length} names for ${zones} zones; give ${zones}, or -c zones=${zoneNames.length}`;
  }),
  rule(['natGateways', 'zones'], ({ natGateways, zones }) =>
    natGateways > zones
      ? `${natGateways} is more than zones, ${zones}; use at most one for each zone`
      : undefined,
  ),
  rule(
    ['deployment', 'egress', 'probe', 'loadBalancer', 'allowedCidrs'],
    ({ deployment, egress, probe, ...callers }) =>
      (deployment === 'canary' || probe) && egress !== 'nat' && !isOpenToAnyone(callers)
        ? 'the golden hook and the probe reach this load balancer from the subnets of the tasks only, and need NAT there; use -c egress=nat, or -c deployment=rolling and -c probe=false'
        : undefined,
  ),
  rule(['imageBuild', 'imageUri'], ({ imageBuild, imageUri }) =>
    imageBuild === 'codebuild' && imageUri !== undefined
      ? 'CodeBuild builds the image, but imageUri gives one; leave one of them out'
      : undefined,
  ),
  rule(REGIONAL, (config) => {
    const found = REGIONAL.flatMap((key) => {
      const region = config[key]?.split(':')[3];
      return region === undefined ? [] : [{ key, region }];
    });
    const [first] = found;
    const other = found.find(({ region }) => region !== first?.region);
    return first !== undefined && other !== undefined
      ? `${first.key} is in ${first.region} and ${other.key} in ${other.region}; both must be in the region deployed to`
      : undefined;
  }),
];

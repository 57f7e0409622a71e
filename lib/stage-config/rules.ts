import { type Rule, rulesFor } from '../../service/contract/configuration.ts';
import { NETWORK_RULES } from './network-rules.ts';
import { presetOf, type StageConfig } from './presets.ts';

const rule = rulesFor<StageConfig>();

const CERTIFICATE_REMEDY =
  '-c certificateArn=ARN, or -c domainName=NAME -c hostedZoneId=ID -c hostedZoneName=ZONE to have a certificate made';

/**
 * Cross-field validation of a stage's configuration.
 *
 * @param models names in models/manifest.json
 */
export function stageRules(models: readonly string[]): readonly Rule<StageConfig>[] {
  return [
    PRESET_RULE,
    ...ENDPOINT_RULES,
    modelRule(models),
    ...TASK_RULES,
    ...FEATURE_STORE_RULES,
    BULK_RULE,
    BUDGET_RULE,
    ...NETWORK_RULES,
  ];
}

const PRESET_RULE = rule(['preset', 'stage'], ({ preset, stage }) =>
  preset === presetOf(stage, preset)
    ? undefined
    : `"${preset}" is not the preset of the stage ${stage}; leave preset out, or give the stage another name`,
);

const ENDPOINT_RULES = [
  rule(['hostedZoneId', 'hostedZoneName', 'domainName'], (config) => {
    const zone = [config.hostedZoneId, config.hostedZoneName].filter(Boolean);
    return zone.length > 0 && (zone.length < 2 || config.domainName === undefined)
      ? 'a hosted zone needs hostedZoneId, hostedZoneName and domainName together; give all three or no zone'
      : undefined;
  }),
  rule(['domainName', 'hostedZoneName'], ({ domainName, hostedZoneName }) =>
    domainName !== undefined &&
    hostedZoneName !== undefined &&
    domainName !== hostedZoneName &&
    !domainName.endsWith(`.${hostedZoneName}`)
      ? `"${domainName}" is not in the zone "${hostedZoneName}"; give a name in it, or the zone of the name`
      : undefined,
  ),
  rule(['certificateArn', 'hostedZoneId', 'hostedZoneName', 'preset'], (config) =>
    config.preset === 'prod' && !speaksHttps(config)
      ? `a prod stage answers on HTTPS only; give ${CERTIFICATE_REMEDY}`
      : undefined,
  ),
  rule(['domainName', 'certificateArn', 'hostedZoneId', 'hostedZoneName', 'preset'], (config) =>
    config.preset !== 'prod' && config.domainName !== undefined && !speaksHttps(config)
      ? `"${config.domainName}" needs a certificate; give ${CERTIFICATE_REMEDY}`
      : undefined,
  ),
  ...(['adminTokenSecretArn', 'apiKeysSecretArn'] as const).map((key) =>
    rule(
      [key, 'allowPlainHttp', 'certificateArn', 'hostedZoneId', 'hostedZoneName', 'preset'],
      (config) =>
        config.preset !== 'prod' &&
        config[key] !== undefined &&
        !config.allowPlainHttp &&
        !speaksHttps(config)
          ? `callers would send this secret over plain HTTP; give ${CERTIFICATE_REMEDY}, or accept it by -c allowPlainHttp=true`
          : undefined,
    ),
  ),
];

function speaksHttps(
  config: Pick<StageConfig, 'certificateArn' | 'hostedZoneId' | 'hostedZoneName'>,
): boolean {
  return (
    config.certificateArn !== undefined ||
    (config.hostedZoneId !== undefined && config.hostedZoneName !== undefined)
  );
}

/** The service refuses a model that its image does not hold; the golden hook needs its texts. */
function modelRule(models: readonly string[]): Rule<StageConfig> {
  return rule(
    ['modelName', 'modelInImage', 'imageUri', 'deployment'],
    ({ modelName, modelInImage, imageUri, deployment }) => {
      if (models.includes(modelName)) return undefined;
      const fault = `"${modelName}" is not in models/manifest.json; use ${models.join(' or ')}, or add it: npx tss models add SOURCE`;
      if (imageUri === undefined) return fault;
      if (!modelInImage) {
        return `${fault}, or give -c modelInImage=true if the image of imageUri brings it`;
      }
      return deployment === 'canary'
        ? `${fault}, or use -c deployment=rolling: a canary is judged by golden texts from there`
        : undefined;
    },
  );
}

const TASK_RULES = [
  rule(['modelInImage', 'imageUri'], ({ modelInImage, imageUri }) =>
    modelInImage && imageUri === undefined
      ? 'is true, but the image is built from here; give its address by -c imageUri=URI, or leave modelInImage out'
      : undefined,
  ),
  rule(['taskMemoryMiB', 'taskCpu'], ({ taskMemoryMiB, taskCpu }) => {
    const [least, most] = [2 * taskCpu, Math.min(8 * taskCpu, taskCpu === 4096 ? 30_720 : 61_440)];
    const step = taskCpu === 8192 ? 4_096 : 1_024;
    return taskMemoryMiB < least || taskMemoryMiB > most || taskMemoryMiB % step !== 0
      ? `Fargate has no ${taskMemoryMiB} MiB for ${taskCpu} CPU units; use ${least} to ${most} in steps of ${step}`
      : undefined;
  }),
  rule(['minTasks', 'maxTasks'], ({ minTasks, maxTasks }) =>
    minTasks > maxTasks
      ? `${minTasks} is more than maxTasks, ${maxTasks}; raise maxTasks`
      : undefined,
  ),
  rule(['minTasks', 'preset'], ({ minTasks, preset }) =>
    preset === 'prod' && minTasks < 2
      ? `${minTasks} would not survive the loss of a zone; use at least 2`
      : undefined,
  ),
  rule(['environment', 'deployment'], ({ environment, deployment }) =>
    deployment === 'canary' && environment.UNSUPPORTED_LANGUAGE === 'refuse'
      ? 'UNSUPPORTED_LANGUAGE=refuse would refuse golden texts, by which a canary is judged; leave it out, or use -c deployment=rolling'
      : undefined,
  ),
  rule(['spot', 'deployment'], ({ spot, deployment }) =>
    deployment === 'canary' && spot
      ? 'a canary on Spot may vanish for lack of capacity; use -c deployment=rolling'
      : undefined,
  ),
];

/** Reports in bulk expire two days before their results. */
const BULK_RULE = rule(['offlineDays', 'bulk'], ({ offlineDays, bulk }) =>
  bulk && offlineDays < 3
    ? `${offlineDays} is too short for results in bulk; use at least 3, or leave bulk out`
    : undefined,
);

const BUDGET_RULE = rule(['monthlyBudgetUsd', 'alertEmail'], ({ monthlyBudgetUsd, alertEmail }) =>
  monthlyBudgetUsd !== undefined && alertEmail === undefined
    ? 'a budget tells an address; give -c alertEmail=ADDRESS too'
    : undefined,
);

const FEATURE_STORE_RULES = [
  rule(['valkeyReplicas', 'preset'], ({ valkeyReplicas, preset }) =>
    preset === 'prod' && valkeyReplicas < 1
      ? `${valkeyReplicas} leaves nothing to fail over to; use at least 1`
      : undefined,
  ),
];

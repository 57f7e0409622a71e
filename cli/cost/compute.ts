import type { StageConfig } from '../../lib/stage-config.ts';
import {
  BUILD_MINUTE,
  FARGATE,
  HOURS_PER_MONTH,
  REGISTRY_GIGABYTE_MONTH,
  SPOT_DISCOUNT,
} from '../kit/prices.ts';
import type { Component } from './component.ts';

/** Compressed image, measured; docs/container.md has the layers. */
const IMAGE_GIGABYTES = 0.143;
/** The bootstrap stack's registry keeps every image; the one of CodeBuild as many as 20. */
const IMAGES_KEPT = { local: 10, codebuild: 20 } as const;
/** Releases of a month, and the minutes of building the image of one. */
const BUILDS_PER_MONTH = 10;
const MINUTES_PER_BUILD = 5;

export function fargate(
  { taskCpu, taskMemoryMiB, architecture, spot, minTasks }: StageConfig,
  tasks: number,
): Component {
  const { vcpuHour, gigabyteHour } = FARGATE[architecture];
  const taskHour = (taskCpu / 1_024) * vcpuHour + (taskMemoryMiB / 1_024) * gigabyteHour;
  const cpu = architecture === 'arm64' ? 'arm64 (tested under emulation)' : architecture;
  const onSpot = spot ? tasks - minTasks : 0;
  const hours = HOURS_PER_MONTH * (tasks - onSpot * SPOT_DISCOUNT);
  return {
    name: 'tasks',
    usdPerMonth: hours * taskHour,
    basis: `${tasks} x ${taskCpu / 1_024} vCPU and ${taskMemoryMiB / 1_024} GB, ${cpu}${onSpot > 0 ? `, ${onSpot} of them on Spot` : ''}`,
  };
}

/** Images in the registry. */
export function images({ imageUri, imageBuild }: StageConfig): Component {
  const count = imageUri === undefined ? IMAGES_KEPT[imageBuild] : 0;
  return {
    name: 'images',
    usdPerMonth: count * IMAGE_GIGABYTES * REGISTRY_GIGABYTE_MONTH,
    basis:
      count > 0 ? `${count} images of ${IMAGE_GIGABYTES} GB` : 'none in a registry of this account',
  };
}

/** Minutes of CodeBuild, where it builds the images. */
export function imageBuilds({ imageBuild }: StageConfig): Component {
  const builds = imageBuild === 'codebuild' ? BUILDS_PER_MONTH : 0;
  return {
    name: 'image builds',
    usdPerMonth: builds * MINUTES_PER_BUILD * BUILD_MINUTE,
    basis: builds > 0 ? `${builds} of ${MINUTES_PER_BUILD} min by CodeBuild` : 'none in AWS',
  };
}

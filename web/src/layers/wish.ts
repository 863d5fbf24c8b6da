/** What the form for a new cluster has in it. */
export interface ClusterWish {
  name: string;
  distribution: string;
  version: string;
  controls: string;
  workers: string;
  image: string;
  tags: string;
  cni: string;
  /** the rest, as the API takes it */
  more: string;
}

export const NEW_CLUSTER: ClusterWish = {
  name: '',
  distribution: 'kubeadm',
  version: '',
  controls: '1',
  workers: '2',
  image: '',
  tags: '',
  cni: '',
  more: '',
};

/**
 * What is sent; what is said in `more` stands above the fields.
 * @throws Error in words, where `more` is no object
 */
export function asked(wish: ClusterWish, notAnObject: string): object {
  const constraints = wish.tags.trim() === '' ? {} : { constraints: { tags: wish.tags.trim() } };
  const fields = {
    name: wish.name.trim(),
    distribution: wish.distribution,
    version: wish.version.trim(),
    control_plane: { size: Number(wish.controls), ...constraints },
    workers: { count: Number(wish.workers), ...constraints },
    image: wish.image.trim(),
    ...(wish.cni.trim() === '' ? {} : { cni: wish.cni.trim() }),
  };
  if (wish.more.trim() === '') {
    return fields;
  }
  let more: unknown;
  try {
    more = JSON.parse(wish.more);
  } catch {
    throw new Error(notAnObject);
  }
  if (typeof more !== 'object' || more === null || Array.isArray(more)) {
    throw new Error(notAnObject);
  }
  return { ...fields, ...more };
}

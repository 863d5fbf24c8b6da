package io.rackstead.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Images on disk, kept by the digest of their content. A folder, its index and nothing else:
/// readable while another process adds to it, and never half an image.
public interface ImageStore {
  List<Image> images();

  Optional<Image> image(ImageId id, Architecture arch);

  /// Where the compressed bytes of an image lie.
  Path path(Image image);

  /// Takes a raw disk image in, compressing and digesting on the way. Nothing is visible until all
  /// of it is on disk.
  Image add(
      ImageId id, Architecture arch, InputStream raw, Image.Root root, Image.ReportsBy reportsBy)
      throws IOException;

  void remove(ImageId id, Architecture arch) throws IOException;

  Optional<EphemeralSystem> ephemeral(Architecture arch);
}

package io.rackstead.access;

import io.rackstead.access.Principal.Role;
import io.rackstead.access.Principal.Scope;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Groups of users, and the roles that users and groups have in resource pools. Grants only add:
/// somebody's rights in a pool are those of their own role and of every grant that fits.
public final class Grants {
  /// Stands for all pools.
  public static final String EVERYWHERE = "*";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 @.+_-]{0,99}");
  private static final String OF_USER =
      """
      select pool, role from pool_role
       where username = ?
          or group_id in (select group_id from group_member where username = ?)\
      """;
  private static final String GRANTS =
      """
      select pool_role.id, pool, username, people_group.name as group_name, role
        from pool_role left join people_group on people_group.id = group_id
       order by pool_role.id\
      """;
  private static final String MEMBERS =
      """
      select people_group.id, name, username
        from people_group left join group_member on group_id = id
       order by name, username\
      """;

  private final InstantSource clock;

  public Grants(InstantSource clock) {
    this.clock = clock;
  }

  public record Group(long id, String name, List<String> members) {}

  /// @param username empty where the role is a group's
  /// @param group empty where the role is a user's
  public record Grant(long id, String pool, String username, String group, Role role) {}

  private record Given(String pool, Role role) {}

  /// The user with all the rights that they have at this moment.
  public static Principal principal(Tx tx, User user) {
    var role = user.role();
    var pools = new LinkedHashMap<String, Role>();
    for (var given : tx.list(OF_USER, Grants::given, user.username(), user.username())) {
      if (given.pool().equals(EVERYWHERE)) {
        role = greater(role, given.role());
      } else {
        pools.merge(given.pool(), given.role(), Grants::greater);
      }
    }
    return new Principal(user.username(), role, pools, Scope.FULL);
  }

  private static Role greater(Role one, Role other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  public List<Group> groups(Tx tx) {
    var groups = new LinkedHashMap<Long, Group>();
    tx.list(
        MEMBERS,
        row -> {
          var group =
              groups.computeIfAbsent(
                  row.getLong("id"), id -> new Group(id, name(row), new ArrayList<>()));
          var member = row.getString("username");
          if (member != null) {
            group.members().add(member);
          }
          return group;
        });
    return List.copyOf(groups.values());
  }

  private static String name(ResultSet row) {
    try {
      return row.getString("name");
    } catch (SQLException e) {
      throw new IllegalStateException("a group's row has a name", e);
    }
  }

  public Optional<Group> group(Tx tx, String name) {
    return groups(tx).stream().filter(group -> group.name().equals(name)).findFirst();
  }

  /// @throws IllegalArgumentException for a name that is taken or is none
  public Group addGroup(Tx tx, String name, Origin origin) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a group's name has letters, digits, spaces and @ . + - _, at most 100, got " + name);
    }
    if (group(tx, name).isPresent()) {
      throw new IllegalArgumentException("there is a group " + name + " already");
    }
    long id = tx.insert("insert into people_group (name) values (?)", name);
    audit(tx, origin, "made group " + name);
    return new Group(id, name, List.of());
  }

  public void removeGroup(Tx tx, Group group, Origin origin) {
    tx.change("delete from people_group where id = ?", group.id());
    audit(tx, origin, "removed group " + group.name());
  }

  public void join(Tx tx, Group group, String username, Origin origin) {
    if (!group.members().contains(username)) {
      tx.change(
          "insert into group_member (group_id, username) values (?, ?)", group.id(), username);
      audit(tx, origin, "put " + username + " into group " + group.name());
    }
  }

  public void leave(Tx tx, Group group, String username, Origin origin) {
    if (tx.change(
            "delete from group_member where group_id = ? and username = ?", group.id(), username)
        > 0) {
      audit(tx, origin, "took " + username + " out of group " + group.name());
    }
  }

  public List<Grant> list(Tx tx) {
    return tx.list(GRANTS, Grants::grant);
  }

  public Grant giveUser(Tx tx, String pool, String username, Role role, Origin origin) {
    long id =
        tx.insert(
            "insert into pool_role (pool, username, role) values (?, ?, ?)", pool, username, role);
    audit(tx, origin, "gave user %s the role %s in pool %s".formatted(username, role, pool));
    return new Grant(id, pool, username, "", role);
  }

  public Grant giveGroup(Tx tx, String pool, Group group, Role role, Origin origin) {
    long id =
        tx.insert(
            "insert into pool_role (pool, group_id, role) values (?, ?, ?)",
            pool,
            group.id(),
            role);
    audit(tx, origin, "gave group %s the role %s in pool %s".formatted(group.name(), role, pool));
    return new Grant(id, pool, "", group.name(), role);
  }

  public boolean take(Tx tx, long id, Origin origin) {
    boolean done = tx.change("delete from pool_role where id = ?", id) > 0;
    if (done) {
      audit(tx, origin, "took back grant " + id);
    }
    return done;
  }

  private void audit(Tx tx, Origin origin, String what) {
    Audit.write(tx, clock.instant(), origin, what);
  }

  private static Given given(ResultSet row) throws SQLException {
    return new Given(row.getString("pool"), Role.valueOf(row.getString("role")));
  }

  private static Grant grant(ResultSet row) throws SQLException {
    var username = row.getString("username");
    var group = row.getString("group_name");
    return new Grant(
        row.getLong("id"),
        row.getString("pool"),
        username == null ? "" : username,
        group == null ? "" : group,
        Role.valueOf(row.getString("role")));
  }
}

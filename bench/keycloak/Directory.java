import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import java.net.InetAddress;

/** A directory in memory, on this machine only: its port and a file of people in; it runs until it is ended. */
public class Directory {
    public static void main(String[] arguments) throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=school,dc=example");
        config.setSchema(null);
        config.addAdditionalBindCredentials("cn=keycloak,dc=school,dc=example", "of-the-directory");
        InetAddress here = InetAddress.getByName("127.0.0.1");
        config.setListenerConfigs(
            InMemoryListenerConfig.createLDAPConfig("here", here, Integer.parseInt(arguments[0]), null));
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        server.importFromLDIF(true, arguments[1]);
        server.startListening();
        Thread.currentThread().join();
    }
}
